/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.otlp;

import java.net.URI;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a sender sends.
 *
 * @param host name or address, IPv6 without brackets
 * @param target path and query of the request line
 * @param shown for people: without the user info and the query, which may hold secrets
 */
public record Endpoint(boolean tls, String host, int port, String target, String shown) {

  /** A name that is none of a host to {@link URI}, such as {@code otel_collector}, and its port. */
  private static final Pattern NAME_AND_PORT =
      Pattern.compile("(?:.*@)?([^@:/\\[\\]]+)(?::(\\d{1,5}))?");

  /**
   * The endpoint of a URI.
   *
   * @param uri http or https, as the SDK has checked
   * @throws IllegalArgumentException when it names no host
   */
  public static Endpoint of(URI uri) {
    boolean tls = "https".equalsIgnoreCase(uri.getScheme());
    String host = uri.getHost();
    int port = uri.getPort();
    if (host == null) {
      Matcher matcher = NAME_AND_PORT.matcher(String.valueOf(uri.getRawAuthority()));
      if (uri.getRawAuthority() == null || !matcher.matches()) {
        throw new IllegalArgumentException("an endpoint names no host");
      }
      host = matcher.group(1);
      port = matcher.group(2) == null ? -1 : Integer.parseInt(matcher.group(2));
    }
    port = port >= 0 ? port : tls ? 443 : 80;
    String path = uri.getRawPath() == null || uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
    String query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
    String shown =
        (tls ? "https://" : "http://") + host + ":" + port + (path.equals("/") ? "" : path);
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    }
    return new Endpoint(tls, host, port, path + query, shown);
  }
}
