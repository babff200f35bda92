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
import io.requestkey.capture.Tampering;
import io.requestkey.capture.UpcallHit;
import io.requestkey.telemetry.KeyctlSignature.Argument;
import io.requestkey.telemetry.Redaction.Level;
import java.util.Locale;

/**
 * A hit as one line, the way strace(1) writes a call: {@code request_key("user", "debug:x", NULL,
 * _ses) = -1 ENOKEY}. For people; programs read the attributes. Addresses and sizes of buffers are
 * left out, long strings cut.
 */
final class CallLine {

  /** Characters of a string that are shown; the attribute has all of it. */
  static final int TEXT_LIMIT = 128;

  private final Redactor redactor;
  private final StringBuilder line = new StringBuilder(96);

  static String of(KeyHit hit, Redactor redactor) {
    return new CallLine(redactor).write(hit);
  }

  private CallLine(Redactor redactor) {
    this.redactor = redactor;
  }

  private String write(KeyHit hit) {
    switch (hit) {
      case RequestKeyHit request -> appendRequestKey(request);
      case AddKeyHit add -> appendAddKey(add);
      case KeyctlHit keyctl -> appendKeyctl(keyctl);
      case UpcallHit upcall -> appendUpcall(upcall);
      case KeyFreedHit freed -> appendKeyFreed(freed);
    }
    return line.toString();
  }

  private void appendRequestKey(RequestKeyHit hit) {
    Level callout = redactor.callout(hit);
    line.append("request_key(");
    appendStrings(hit.type(), hit.description());
    line.append(", ");
    appendText(hit.calloutInfo(), callout);
    line.append(", ");
    appendSerial(line, hit.destination().given());
    line.append(')');
    appendResult(hit.header());
    if (tampered(hit.tampering())) {
      appendTampering(hit.tampering());
      line.append(", ");
      appendUserText(hit.tampering().userCallout(), callout);
      line.append(']');
    }
  }

  private void appendAddKey(AddKeyHit hit) {
    line.append("add_key(");
    appendStrings(hit.type(), hit.description());
    line.append(", ").append(Long.toUnsignedString(hit.payloadLength())).append(" bytes, ");
    appendSerial(line, hit.keyring().given());
    line.append(')');
    appendResult(hit.header());
    if (tampered(hit.tampering())) {
      appendTampering(hit.tampering());
      line.append(']');
    }
  }

  private void appendKeyctl(KeyctlHit hit) {
    line.append("keyctl(");
    KeyctlOperation operation = KeyctlOperation.of(hit.operation());
    if (operation == null) {
      line.append(hit.operation());
    } else {
      line.append(operation.label());
    }
    KeyctlSignature signature = KeyctlSignature.of(hit.operation());
    appendArgument(line, signature.arg2(), hit.arg2());
    appendNamed(hit.namedType(), Level.FULL);
    appendNamed(hit.name(), redactor.description());
    appendArgument(line, signature.arg3(), hit.arg3());
    appendArgument(line, signature.arg4(), hit.arg4());
    appendArgument(line, signature.arg5(), hit.arg5());
    line.append(')');
    appendResult(hit.header());
  }

  /** The operations that name a text take it after the key, and no number before it. */
  private void appendNamed(KernelText text, Level level) {
    if (text.state() != KernelText.State.ABSENT) {
      line.append(", ");
      appendText(text, level);
    }
  }

  private void appendUpcall(UpcallHit hit) {
    line.append("/sbin/request-key for ").append(hit.serial()).append(' ');
    appendStrings(hit.type(), hit.description());
    WaitStatus status = WaitStatus.of(hit);
    if (status == null) {
      appendResult(hit.header());
    } else {
      line.append(" = ").append(status);
    }
  }

  private void appendKeyFreed(KeyFreedHit hit) {
    line.append("key ").append(hit.serial()).append(' ');
    appendStrings(hit.type(), hit.description());
    line.append(" is gone: ").append(hit.how().name().toLowerCase(Locale.ROOT));
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

  private void appendStrings(KernelText type, KernelText description) {
    appendText(type, Level.FULL);
    line.append(", ");
    appendText(description, redactor.description());
  }

  private void appendText(KernelText text, Level level) {
    switch (text.state()) {
      case PRESENT -> appendPresent(text, Redactor.levelOf(text, level));
      case NULL -> line.append("NULL");
      case UNREADABLE -> line.append("<unreadable>");
      case ABSENT -> line.append('?');
    }
  }

  private void appendPresent(KernelText text, Level level) {
    switch (level) {
      case FULL -> {
        SafeText.quote(line, text.value(), TEXT_LIMIT);
        if (text.truncated() && text.value().length() <= TEXT_LIMIT) {
          line.append("...");
        }
      }
      case HASH -> line.append("<hash ").append(redactor.hash(text)).append('>');
      case LENGTH -> line.append('<').append(Redactor.length(text)).append(" characters>");
      case OFF -> line.append("<redacted>");
    }
  }

  private static boolean tampered(Tampering tampering) {
    return tampering.verdict() == Tampering.Verdict.BEFORE_COPY
        || tampering.verdict() == Tampering.Verdict.AFTER_COPY;
  }

  private void appendTampering(Tampering tampering) {
    line.append(
        tampering.verdict() == Tampering.Verdict.BEFORE_COPY
            ? " [tampered before the copy, was "
            : " [tampered after the copy, became ");
    appendUserText(tampering.userType(), Level.FULL);
    line.append(", ");
    appendUserText(tampering.userDescription(), redactor.description());
  }

  /** What did not differ from the kernel's copy is not repeated. */
  private void appendUserText(KernelText text, Level level) {
    if (text.state() == KernelText.State.ABSENT) {
      line.append("same");
    } else {
      appendText(text, level);
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

  private void appendResult(HitHeader header) {
    line.append(" = ");
    if (header.failed()) {
      line.append("-1 ").append(Errno.name((int) -header.result()));
    } else {
      line.append(header.result());
    }
  }
}
