/** What all nodes of the tree have in common. */

export interface Node {
  readonly $type: string
  /** Place of the node's first token in the list of tokens. */
  readonly $first: number
  /** Place of its last token. */
  readonly $last: number
}

/** A name that is used: what it means is found out later. */
export interface Reference {
  readonly name: string
  /** Place of its token. */
  readonly token: number
}
