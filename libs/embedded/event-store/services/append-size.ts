import type { Proposal } from '../protocol/requests.js';

/** What an event counts towards the largest append: data, metadata and its type as UTF-16. */
export const appendSize = ({ data, metadata, type }: Proposal): number =>
  data.length + metadata.length + 2 * type.length;

/** Memory that an event holds while it waits, for the bounds of the queue. */
export const heldBytes = (proposal: Proposal): number => appendSize(proposal) + 256;
