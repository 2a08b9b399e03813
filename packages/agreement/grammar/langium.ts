/**
 * Langium's parser for `deed.langium` on the tokens of our own lexer: what an editor's language server stands on, and
 * the second opinion that `grammar.test.ts` holds our parser against.
 */
import {
  createDefaultCoreModule,
  createDefaultSharedCoreModule,
  type DeepPartial,
  DefaultLexer,
  EmptyFileSystem,
  type GrammarAST,
  inject,
  type LangiumCoreServices,
  type LangiumGeneratedCoreServices,
  type LangiumGeneratedSharedCoreServices,
  type LexerResult,
  type Module,
} from 'langium'
import { interpretAstReflection } from 'langium/grammar'
import { lex } from '../src/syntax/lexer.ts'
import { TABLES } from '../src/syntax/token.ts'

/** Line markers and words as Chevrotain knows them. */
class DeedLexer extends DefaultLexer {
  override tokenize(text: string): LexerResult {
    const starts = lineStarts(text)
    const { tokens } = lex(text)
    return {
      tokens: tokens.map(({ type, text: image, line, column }) => {
        const name = TABLES.tokens[type]!.replace(/^'(.*)'$/, '$1')
        const startOffset = starts[line - 1]! + column - 1
        const endOffset = startOffset + Math.max(image.length - 1, 0)
        const tokenType = this.definition[name]!
        const endColumn = column + Math.max(image.length - 1, 0)
        return {
          image,
          tokenType,
          tokenTypeIdx: tokenType.tokenTypeIdx!,
          startOffset,
          endOffset,
          startLine: line,
          endLine: line,
          startColumn: column,
          endColumn,
        }
      }),
      hidden: [],
      errors: [],
    }
  }
}

export const langiumParser = (grammar: GrammarAST.Grammar) => {
  const sharedModule: Module<LangiumGeneratedSharedCoreServices, LangiumGeneratedSharedCoreServices> = {
    AstReflection: () => interpretAstReflection(grammar),
  }
  const shared = inject(createDefaultSharedCoreModule(EmptyFileSystem), sharedModule)
  const module: Module<LangiumCoreServices, LangiumGeneratedCoreServices & DeepPartial<LangiumCoreServices>> =
    {
      Grammar: () => grammar,
      LanguageMetaData: () => ({
        languageId: 'deed',
        fileExtensions: ['.deed'],
        caseInsensitive: false,
        mode: 'production',
      }),
      parser: {
        Lexer: (services: LangiumCoreServices) => new DeedLexer(services),
        ParserConfig: () => ({ recoveryEnabled: false, skipValidations: true }),
      },
    }
  const services = inject(createDefaultCoreModule({ shared }), module)
  shared.ServiceRegistry.register(services)
  return services.parser.LangiumParser
}

const lineStarts = (text: string): number[] => {
  const starts = [0]
  for (let i = text.indexOf('\n'); i >= 0; i = text.indexOf('\n', i + 1)) starts.push(i + 1)
  return starts
}
