/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * Extension of the OpenTelemetry Java agent.
 *
 * <p>Java 17 class files: it runs in the application's JVM.
 */
@NullMarked
package io.requestkey.javaagent;

import org.jspecify.annotations.NullMarked;
