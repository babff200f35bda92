/*
 * Copyright The request_key for OpenTelemetry Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.requestkey.agent.journal;

import java.io.IOException;

/**
 * Where segments and small values are: files or anonymous memory. Calls about segments are guarded
 * by the journal's lock, except those about a segment that was taken out of it.
 */
interface SegmentStore {

  /** A zeroed segment of full size with this header, mapped, whose room is really there. */
  Segment create(SegmentHeader header) throws IOException;

  /** As {@link #create}, of the room of a segment that was {@link #clear}ed. */
  Segment reuse(Segment spare, SegmentHeader header) throws IOException;

  /** Makes its memory accessible. */
  void map(Segment segment) throws IOException;

  /** Undoes {@link #map}; there are no users any more. */
  void unmap(Segment segment);

  /** Ends access to a segment; what is in a file stays there. */
  void close(Segment segment);

  /** Zeroes a segment nobody uses any more, to be used again. It stays mapped. */
  void clear(Segment segment) throws IOException;

  /** Removes a segment nobody uses any more. */
  void delete(Segment segment) throws IOException;

  /** Keeps a segment nobody uses any more for whoever wants to look at its damage. */
  void setAside(Segment segment) throws IOException;

  /** Forces the names of new segments to the medium, where {@link #create} did not. */
  void forceNames();

  /** The small value kept under that name, made when it is not there. Lives as long as this. */
  SlotPair slots(String name) throws IOException;

  /** Removes a small value. */
  void deleteSlots(String name) throws IOException;

  /** Ends all access. */
  void release();
}
