/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * Extension of the OpenTelemetry Java agent.
 *
 * <p>It runs in the application's JVM: Java 17 class files, but for those that are loaded by name
 * where the JVM is newer, of Java 22 (foreign functions) and of Java 25 (own-process capture).
 */
@NullMarked
package io.requestkey.javaagent;

import org.jspecify.annotations.NullMarked;
