/** What makes a command end with status 2: it was asked for something that cannot be done. `at` says where. */
export class Misuse extends Error {
  override readonly name = "Misuse";
  readonly code: string;
  readonly at: string | undefined;
  constructor(code: string, message: string, at?: string) {
    super(message);
    this.code = code;
    this.at = at;
  }
}
