/** @deed/chain/server: a node on a port. Node only. */
export type { AccessRules } from './access.ts'
export type { Answer, Question, Told } from './explainer.ts'
export type { ForwardTarget } from './forward.ts'
export { parseSecret } from './jwt.ts'
export type {
  ChainProcessNews,
  ChainProcessOptions,
  ChainProcessOrder,
  ChainProcessReport,
  ForkReport,
  ProcessForkOptions,
} from './process.ts'
export { ListenError, type RpcServer, type ServerOptions, startServer } from './server.ts'
