/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/** What the Java agent's extension adds to the bootstrap class loader; one class. */
@NullMarked
package io.requestkey.javaagent.bootstrap;

import org.jspecify.annotations.NullMarked;
