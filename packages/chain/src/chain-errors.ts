import type { Hash } from '@deed/evm'
import type { BlockFault } from './execute/fault.ts'

export class UnknownBlock extends Error {
  override readonly name = 'UnknownBlock'
  readonly code = 'DEED_UNKNOWN_BLOCK'
  constructor(hash: Hash) {
    super(`There is no block ${hash}; it was never committed, or it was forgotten`)
  }
}

export class ImpossibleBlock extends Error {
  override readonly name = 'ImpossibleBlock'
  readonly code: BlockFault['code']
  constructor({ code, message }: BlockFault) {
    super(`No block can be built: ${message}. Is the contract in the genesis allocation?`)
    this.code = code
  }
}

export class HeadForgotten extends Error {
  override readonly name = 'HeadForgotten'
  readonly code = 'DEED_HEAD_FORGOTTEN'
  constructor(hash: Hash, head: Hash) {
    super(`Block ${hash} cannot be forgotten: the head ${head} descends from it. Set another head first`)
  }
}

export class NotOnHead extends Error {
  override readonly name = 'NotOnHead'
  readonly code = 'DEED_NOT_ON_HEAD'
  constructor(hash: Hash, head: Hash) {
    super(`Block ${hash} does not extend the head ${head}: commit it and choose it with setHead`)
  }
}
