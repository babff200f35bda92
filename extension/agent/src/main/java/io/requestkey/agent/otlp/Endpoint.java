/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.otlp;

import java.net.URI;
import java.util.Locale;

/**
 * Where a sender sends.
 *
 * @param host name or address, IPv6 without brackets
 * @param target path and query of the request line
 * @param shown for people: without the user info and the query, which may hold secrets
 */
public record Endpoint(boolean tls, String host, int port, String target, String shown) {

  /**
   * The endpoint of a URI.
   *
   * @param uri http or https, as the SDK has checked
   */
  public static Endpoint of(URI uri) {
    boolean tls = "https".equals(uri.getScheme().toLowerCase(Locale.ROOT));
    int port = uri.getPort() >= 0 ? uri.getPort() : tls ? 443 : 80;
    String path = uri.getRawPath() == null || uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
    String query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
    String host = uri.getHost();
    String shown =
        (tls ? "https://" : "http://") + host + ":" + port + (path.equals("/") ? "" : path);
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    }
    return new Endpoint(tls, host, port, path + query, shown);
  }
}
