/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.otlp;

import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.DelegatingSslContext;
import io.netty.handler.ssl.IdentityCipherSuiteFilter;
import io.netty.handler.ssl.JdkSslContext;
import io.netty.handler.ssl.SslContext;
import io.vertx.core.net.JdkSSLEngineOptions;
import io.vertx.core.spi.tls.SslContextFactory;
import java.util.List;
import java.util.Set;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/**
 * Has Vert.x use a ready-made {@link SSLContext}: the SDK hands senders one with the trusted and
 * the client certificates inside, where Vert.x expects key stores.
 */
final class SuppliedTlsEngine extends JdkSSLEngineOptions {

  private final SSLContext sslContext;

  SuppliedTlsEngine(SSLContext sslContext) {
    this.sslContext = sslContext;
  }

  @Override
  public SslContextFactory sslContextFactory() {
    return new Factory(sslContext);
  }

  private static final class Factory implements SslContextFactory {

    private final SSLContext sslContext;
    private String endpointIdentification = "HTTPS";
    private Set<String> protocols = Set.of();
    private List<String> applicationProtocols = List.of();

    Factory(SSLContext sslContext) {
      this.sslContext = sslContext;
    }

    @Override
    public SslContextFactory forClient(
        @Nullable SNIServerName serverName, String endpointIdentificationAlgorithm) {
      // The engine derives the server name from the peer's.
      endpointIdentification = endpointIdentificationAlgorithm;
      return this;
    }

    @Override
    public SslContextFactory enabledProtocols(Set<String> enabledProtocols) {
      protocols = enabledProtocols;
      return this;
    }

    @Override
    public SslContextFactory applicationProtocols(@Nullable List<String> offered) {
      applicationProtocols = offered == null ? List.of() : offered;
      return this;
    }

    @Override
    public SslContext create() {
      return new Verifying(
          new JdkSslContext(
              sslContext,
              true,
              null,
              IdentityCipherSuiteFilter.INSTANCE,
              alpn(),
              ClientAuth.NONE,
              protocols.isEmpty() ? null : protocols.toArray(String[]::new),
              false),
          endpointIdentification);
    }

    private ApplicationProtocolConfig alpn() {
      if (applicationProtocols.isEmpty()) {
        return ApplicationProtocolConfig.DISABLED;
      }
      return new ApplicationProtocolConfig(
          Protocol.ALPN,
          SelectorFailureBehavior.FATAL_ALERT,
          SelectedListenerFailureBehavior.FATAL_ALERT,
          applicationProtocols);
    }
  }

  /** Checks the certificate against the host name, which a bare {@link JdkSslContext} may not. */
  private static final class Verifying extends DelegatingSslContext {

    private final String endpointIdentification;

    Verifying(SslContext delegate, String endpointIdentification) {
      super(delegate);
      this.endpointIdentification = endpointIdentification;
    }

    @Override
    protected void initEngine(SSLEngine engine) {
      SSLParameters parameters = engine.getSSLParameters();
      parameters.setEndpointIdentificationAlgorithm(endpointIdentification);
      engine.setSSLParameters(parameters);
    }
  }
}
