/**
 * The path of a message through its code, as deedTracer of Deed's own node tells it, for nodes that run tracers of
 * others: geth, reth, anvil, Nethermind. It is sent as text, and only in ECMAScript 5, since each of them has another
 * engine: https://geth.ethereum.org/docs/developers/evm-tracing/custom-tracer
 */
export const pathTracer = {
  frames: [{ calls: [], runs: [] }],
  open: [0],
  images: [],
  known: {},
  isCut: false,
  move: function (log, opcode) {
    var frame = this.frames[this.open[this.open.length - 1]]
    var pc = log.getPC()
    var runs = frame.runs
    // What fails is told as a step and as a fault.
    var isTold = runs.length > 0 && pc === frame.end
    if (!isTold && runs.length > 0 && pc === frame.next) runs[runs.length - 1] = pc
    else if (!isTold) runs.push(pc, pc)
    if (runs.length > 60000) {
      runs.splice(20000, 20000)
      frame.left = (frame.left || 0) + 10000
    }
    frame.end = pc
    frame.next = pc + 1 + (opcode >= 0x60 && opcode <= 0x7f ? opcode - 0x5f : 0)
    frame.opcode = opcode
    return frame
  },
  step: function (log) {
    var opcode = log.op.toNumber()
    var frame = this.move(log, opcode)
    if (opcode === 0x20) this.hash(log)
    else if (opcode === 0x55) this.write(frame, `0x${log.stack.peek(0).toString(16)}`)
    else if (opcode === 0x3b) frame.probe = [log.getPC(), `0x${log.stack.peek(0).toString(16)}`]
  },
  fault: function (log) {
    this.move(log, log.op.toNumber()).opcode = -1
  },
  write: (frame, slot) => {
    frame.wrote = frame.wrote || {}
    frame.writes = frame.writes || []
    if (frame.wrote[slot] || frame.writes.length >= 20000) return
    frame.wrote[slot] = true
    frame.writes.push(slot)
  },
  hash: function (log) {
    var size = Number(log.stack.peek(1).toString(10))
    if (size < 32 || size > 1024) return
    if (this.images.length >= 20000) {
      this.isCut = true
      return
    }
    var offset = Number(log.stack.peek(0).toString(10))
    var image
    try {
      image = toHex(log.memory.slice(offset, offset + size))
    } catch (_) {
      return
    }
    if (this.known[image]) return
    this.known[image] = true
    this.images.push(image)
  },
  enter: function () {
    var caller = this.frames[this.open[this.open.length - 1]]
    caller.calls.push(caller.end)
    this.open.push(this.frames.length)
    this.frames.push({ calls: [], runs: [] })
  },
  exit: function () {
    this.close(this.frames[this.open.pop()])
  },
  close: (frame) => {
    // STOP, RETURN, SELFDESTRUCT, or nothing at all.
    var isWell = frame.opcode === 0x00 || frame.opcode === 0xf3 || frame.opcode === 0xff
    if (isWell || frame.runs.length === 0) delete frame.runs
    delete frame.wrote
    delete frame.end
    delete frame.next
    delete frame.opcode
  },
  result: function () {
    this.close(this.frames[0])
    return { frames: this.frames, images: this.images, isCut: this.isCut }
  },
}
