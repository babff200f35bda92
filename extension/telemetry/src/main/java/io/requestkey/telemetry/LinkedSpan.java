/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.telemetry;

import io.opentelemetry.sdk.trace.data.DelegatingSpanData;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** A span with more links. Links are added before it is exported, by one thread. */
final class LinkedSpan extends DelegatingSpanData {

  private final List<LinkData> links;
  private final int limit;
  private int total;

  /**
   * @param limit links at most; more are only counted
   */
  LinkedSpan(SpanData span, int limit) {
    super(span);
    this.links = new ArrayList<>(span.getLinks());
    this.limit = limit;
    this.total = span.getTotalRecordedLinks();
  }

  void add(LinkData link) {
    total++;
    if (links.size() < limit) {
      links.add(link);
    }
  }

  @Override
  public List<LinkData> getLinks() {
    return Collections.unmodifiableList(links);
  }

  /** Exporters tell the difference to the links there are as dropped_links_count. */
  @Override
  public int getTotalRecordedLinks() {
    return total;
  }
}
