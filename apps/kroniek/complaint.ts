/** Something expected went wrong: shown to the user as it stands, one line and no stack. */
export class Complaint extends Error {
  override readonly name = 'Complaint';
}
