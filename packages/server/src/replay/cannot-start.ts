// Why a replay did not begin. Nothing was sent; the message is for the user, who can repair it.

export class CannotStart extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'CannotStart'
  }
}
