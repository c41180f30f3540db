// What a condition may cost, at most: to check and, whatever a client sends, to evaluate.

/** Characters of source. */
export const MAX_SOURCE_LENGTH = 16_384

/** Bounds on the syntax tree, enforced by the parser. */
export const PARSER_LIMITS = {
  maxAstNodes: 4_096,
  maxDepth: 64,
  maxListElements: 1_000,
  maxMapEntries: 100,
  maxCallArguments: 8,
}

/** How deep `all`, `exists`, `exists_one`, `map` and `filter` may nest: the degree of the polynomial. */
export const MAX_MACRO_DEPTH = 2

/**
 * Steps of one evaluation, counted within macros only: elsewhere nothing repeats, so the work is at most the size of
 * the condition times that of the request. An iteration is one step, and so is looking at one value in a list or map
 * or at {@link TEXT_PER_STEP} characters of a text.
 */
export const MAX_STEPS = 10_000
export const TEXT_PER_STEP = 256
/** A call of one of the library's functions; the dearest format dates. */
export const STEPS_PER_CALL = 10

/** Instructions of a compiled regular expression. Matching takes at most this times the length of the text. */
export const MAX_PATTERN_SIZE = 256
/** Characters of a text that a regular expression is matched with. */
export const MAX_MATCHED_TEXT = 4_096
/** Instructions times characters that make a step. */
export const MATCHING_PER_STEP = 64
