/**
 * What the kernel saw, as OpenTelemetry: hits become log records and spans.
 *
 * <p>Every {@code keyring.*} name stands in {@link io.requestkey.telemetry.KeyringAttributes} and
 * {@link io.requestkey.telemetry.KeyringEvents}. Knows no Vert.x.
 */
@NullMarked
package io.requestkey.telemetry;

import org.jspecify.annotations.NullMarked;
