/**
 * The two ways out of an instruction that does not end well. They are thrown, because they cross the
 * instruction's own frames of JavaScript, and caught in the loop: no caller of the engine sees them. They are
 * not `Error`s: collecting a stack trace takes 1.3 µs of 1.4, and programs run out of gas all the time.
 */
import type { HaltReason, Missing } from '../engine.ts'

/** An exceptional halt: the frame loses its gas. */
export class Halt {
  readonly reason: HaltReason
  constructor(reason: HaltReason) {
    this.reason = reason
  }
}

export const OUT_OF_GAS = new Halt('out of gas')
export const STACK_UNDERFLOW = new Halt('stack underflow')
export const STACK_OVERFLOW = new Halt('stack overflow')
export const INVALID_JUMP = new Halt('invalid jump destination')
export const INVALID_OPCODE = new Halt('invalid opcode')
export const WRITE_PROTECTION = new Halt('write protection')
export const RETURN_DATA_OUT_OF_BOUNDS = new Halt('return data out of bounds')
export const INITCODE_TOO_LARGE = new Halt('max initcode size exceeded')

/** The world does not hold a value: the whole run is given up. */
export class MissSignal {
  readonly missing: Missing
  constructor(missing: Missing) {
    this.missing = missing
  }
}
