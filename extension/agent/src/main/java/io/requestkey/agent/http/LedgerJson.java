/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.http;

import io.requestkey.agent.delivery.Ledger;
import io.vertx.core.json.JsonObject;

/** The ledger as {@code /ledger} has it. */
public final class LedgerJson {

  private LedgerJson() {}

  /** {@code {"logs":{"hits":..,"filtered":..,"delivered":..,"in_flight":..,"lost":{..}},..}}. */
  public static JsonObject of(Ledger ledger) {
    JsonObject json = new JsonObject();
    ledger
        .accounts()
        .forEach((signal, account) -> {
          JsonObject lost = new JsonObject();
          account.lost().forEach(lost::put);
          json.put(
              signal.label(),
              new JsonObject()
                  .put("hits", account.hits())
                  .put("filtered", account.filtered())
                  .put("delivered", account.delivered())
                  .put("in_flight", account.inFlight())
                  .put("lost", lost));
        });
    return json;
  }
}
