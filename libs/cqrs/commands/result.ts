/**
 * What the command did. `revision` and `position` are of its last event, or of the stream's when it did nothing: -1 and 0
 * where nothing ever happened in it.
 */
export interface CommandResult {
  readonly stream: string;
  readonly revision: number;
  readonly position: string;
  readonly events: readonly { readonly id: string; readonly type: string }[];
}
