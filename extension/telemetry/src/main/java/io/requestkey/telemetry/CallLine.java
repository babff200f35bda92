/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.telemetry;

import io.requestkey.capture.AddKeyHit;
import io.requestkey.capture.Errno;
import io.requestkey.capture.HitHeader;
import io.requestkey.capture.KernelText;
import io.requestkey.capture.KeyFreedHit;
import io.requestkey.capture.KeyHit;
import io.requestkey.capture.KeyctlHit;
import io.requestkey.capture.KeyctlOperation;
import io.requestkey.capture.RequestKeyHit;
import io.requestkey.capture.SpecialKeyring;
import io.requestkey.capture.UpcallHit;
import io.requestkey.telemetry.KeyctlSignature.Argument;

/**
 * A hit as one line, the way strace(1) writes a call: {@code request_key("user", "debug:x", NULL,
 * _ses) = -1 ENOKEY}. For people; programs read the attributes. Addresses and sizes of buffers are
 * left out, long strings cut.
 */
final class CallLine {

  /** Characters of a string that are shown; the attribute has all of it. */
  static final int TEXT_LIMIT = 128;

  static String of(KeyHit hit) {
    StringBuilder line = new StringBuilder(96);
    switch (hit) {
      case RequestKeyHit request -> appendRequestKey(line, request);
      case AddKeyHit add -> appendAddKey(line, add);
      case KeyctlHit keyctl -> appendKeyctl(line, keyctl);
      case UpcallHit upcall -> line.append("upcall(").append(upcall.serial()).append(')');
      case KeyFreedHit freed -> line.append("key freed(").append(freed.serial()).append(')');
    }
    appendResult(line, hit.header());
    return line.toString();
  }

  private static void appendRequestKey(StringBuilder line, RequestKeyHit hit) {
    line.append("request_key(");
    appendText(line, hit.type());
    line.append(", ");
    appendText(line, hit.description());
    line.append(", ");
    appendText(line, hit.calloutInfo());
    line.append(", ");
    appendSerial(line, hit.destination().given());
    line.append(')');
  }

  private static void appendAddKey(StringBuilder line, AddKeyHit hit) {
    line.append("add_key(");
    appendText(line, hit.type());
    line.append(", ");
    appendText(line, hit.description());
    line.append(", ").append(Long.toUnsignedString(hit.payloadLength())).append(" bytes, ");
    appendSerial(line, hit.keyring().given());
    line.append(')');
  }

  private static void appendKeyctl(StringBuilder line, KeyctlHit hit) {
    line.append("keyctl(");
    KeyctlOperation operation = KeyctlOperation.of(hit.operation());
    if (operation == null) {
      line.append(hit.operation());
    } else {
      line.append(operation.label());
    }
    KeyctlSignature signature = KeyctlSignature.of(hit.operation());
    appendArgument(line, signature.arg2(), hit.arg2());
    appendArgument(line, signature.arg3(), hit.arg3());
    appendArgument(line, signature.arg4(), hit.arg4());
    appendArgument(line, signature.arg5(), hit.arg5());
    line.append(')');
  }

  /** Appends {@code ", value"}, or nothing for what says nothing to a reader. */
  static void appendArgument(StringBuilder line, Argument argument, long given) {
    long taken = argument.taken(given);
    switch (argument) {
      case NONE, POINTER, SIZE -> {}
      case KEY -> appendSerial(line.append(", "), (int) taken);
      case MASK, RAW -> line.append(", 0x").append(Long.toHexString(taken));
      case INT, UNSIGNED, ID -> line.append(", ").append(taken);
    }
  }

  private static void appendText(StringBuilder line, KernelText text) {
    switch (text.state()) {
      case PRESENT -> {
        SafeText.quote(line, text.value(), TEXT_LIMIT);
        if (text.truncated() && text.value().length() <= TEXT_LIMIT) {
          line.append("...");
        }
      }
      case NULL -> line.append("NULL");
      case UNREADABLE -> line.append("<unreadable>");
      case ABSENT -> line.append('?');
    }
  }

  private static void appendSerial(StringBuilder line, int serial) {
    SpecialKeyring special = SpecialKeyring.of(serial);
    if (special == null) {
      line.append(serial);
    } else {
      line.append(special.label());
    }
  }

  private static void appendResult(StringBuilder line, HitHeader header) {
    line.append(" = ");
    if (header.failed()) {
      line.append("-1 ").append(Errno.name((int) -header.result()));
    } else {
      line.append(header.result());
    }
  }

  private CallLine() {}
}
