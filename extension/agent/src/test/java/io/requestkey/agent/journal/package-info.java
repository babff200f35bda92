/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */

/** What the journal promises, as tests. */
@NullMarked
package io.requestkey.agent.journal;

import org.jspecify.annotations.NullMarked;
