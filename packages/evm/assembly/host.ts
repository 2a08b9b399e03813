/** What the JavaScript side answers. It throws through these to give a run up: nothing here has to be put right. */
import { Account, Code, Slot } from './layout'

/** Fills in an account from the world. */
// @ts-ignore: decorator
@external('host', 'account')
export declare function hostAccount(account: Account): void

/** Fills in value and original. */
// @ts-ignore: decorator
@external('host', 'slot')
export declare function hostSlot(slot: Slot): void

/** Fills in the bytes of a code, of which the hash is known. */
// @ts-ignore: decorator
@external('host', 'code')
export declare function hostCode(code: Code): void

/** Whether the world has a slot of the account that is not zero. */
// @ts-ignore: decorator
@external('host', 'hasStorage')
export declare function hostHasStorage(account: Account): bool

/** Writes the hash of a block to `to`, where its number is. */
// @ts-ignore: decorator
@external('host', 'blockHash')
export declare function hostBlockHash(to: usize): void

/** Gas for a precompile and an input; infinite where no gas pays for it. */
// @ts-ignore: decorator
@external('host', 'precompileGas')
export declare function hostPrecompileGas(account: Account, input: usize, size: u32): f64

/** Runs a precompile; its output becomes the return data. False: the input is invalid. */
// @ts-ignore: decorator
@external('host', 'precompile')
export declare function hostPrecompile(account: Account, input: usize, size: u32): bool

/** A code of the world has been run so often that it is worth compiling. */
// @ts-ignore: decorator
@external('host', 'hot')
export declare function hostHot(code: Code): void

/** The memory has grown: views of it are void. */
// @ts-ignore: decorator
@external('host', 'grown')
export declare function hostGrown(): void

/** This run needs more than there is room for. */
// @ts-ignore: decorator
@external('host', 'giveUp')
export declare function hostGiveUp(): void
