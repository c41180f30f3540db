// Whether an English answer declines to do what it was asked, by its first words. A formula of text, not a judge:
// what it gets right and wrong is measured in refusal.test.ts and written down in docs/signals.md.

/** How much of an answer is looked at: UTF-16 units. Who declines does so at once. */
export const REFUSAL_OPENING = 400

/** An answer begins with greetings, thanks and regrets before it comes to the point. */
const MAX_SENTENCES = 3

const either = (...words: readonly string[]) => `(?:${words.join('|')})`

/** How much of a sentence is looked at: UTF-16 units. */
const MAX_SENTENCE = 200

/** Sentences may be parted by empty lines. */
const MAX_PIECES = 2 * MAX_SENTENCES

/** Who declines says so of itself or of the request, or leaves itself out ("can't do that"). */
const SELF_MARK =
  /\b(?:I|i|[Mm]y|[Ww]e|for me|assistant|request|question|content|prompt|message|outside|off the table)\b|an['’]t /

/** Nothing below can match a sentence without one of these. */
const HINT =
  /n['’]t\b|\b(?:not|cannot|unable|unwilling|only|no way|outside|against|declin|refus|lack|violat|conflict|forbid|prohibit|prevent|avoid|pass|stop|prefer|off the)/i

/** A letter, a script, a story, code or data: what it says, the model does not say. */
const NOT_ITS_OWN_WORDS =
  /^\s*(?:```|[{[<|]|["“«]|\*[^*\s]|#include|subject:|dear\b|\*{0,2}(?!assistant|ai\b|answer|response|note|warning|sorry|no\b|to\b)[a-z]+(?: [a-z]+)?:\*{0,2}\s|[^.!?\n]{0,60}\b(?:say|says|said|replied|read|reads):\s)/i

const ADVERBS = `(?:(?:simply|really|currently|unfortunately|also|just|still|even|ever|directly|knowingly|therefore|politely|respectfully|in good conscience|and will not|and won't|be able to) )*`

/** What a model is asked to do. "Find", "imagine" or "wait" are not among them: those it says of itself. */
const DEEDS = either(
  'help(?! (?:but|\\w+ing)\\b)',
  'assist',
  'provide',
  'compl(?:y|ete)',
  'fulfill?',
  'generate',
  'create',
  'produce',
  'write',
  'draft',
  'share',
  'disclose',
  'reveal',
  'discuss',
  'answer',
  'engage',
  'participate',
  'continue',
  'keep writing',
  'support',
  'encourage',
  'endorse',
  'promote',
  'speculate',
  'comment',
  'offer',
  'give',
  'tell you',
  'describe',
  'include (?!(?:it|them|that)\\b)',
  'process',
  'view',
  'open',
  'access',
  'browse',
  'listen',
  'execute',
  'act as',
  'advise',
  'recommend',
  'identify',
  'verify the identity',
  'guess',
  'have personal',
  'diagnose',
  'roleplay',
  'make (?:phone|changes)',
  'send',
  'be (?:a )?part',
  'do (?:that|this|it|so)',
  'perform',
)

const CANNOT = either(
  "can't",
  'cannot',
  'can not',
  "won't",
  'will not',
  "couldn't",
  'could not',
  `(?:am|'m|are|'re|was) ${ADVERBS}(?:unable|unwilling) to`,
  `(?:am|'m|are|'re|was) ${ADVERBS}not (?:able|allowed|permitted|authori[sz]ed|willing|going|in a position) to`,
  'lack the ability to',
  'refuse to',
  "(?:'d|would) (?:rather not|prefer not to)",
)

const SELF = either('i', 'we', '(?:this|your) assistant')
const MINE = either('guidelines', 'programming', 'policies', 'policy', 'principles', 'rules', 'values')

/** What a clause begins with that declines. Lower case, straight apostrophes. */
const DECLINING = new RegExp(
  `^${either(
    `${SELF} ?${ADVERBS}${CANNOT} ${ADVERBS}${DEEDS}\\b`,
    `(?:can't|cannot) (?:do|help with) (?:that|this|it)\\b`,
    `i ?(?:(?:'m|am) )?(?:must|have to|need to|going to have to|should|'ll have to|will have to|will|'ll)? ?${ADVERBS}(?:decline|refuse (?:this|your)|pass on th|pass$|stop here)`,
    "i(?:'m| am) declining (?:this|that|your|to)",
    "i(?:'m| am) not (?:comfortable|permitted|allowed)",
    "i do(?:n't| not) feel (?:comfortable|right)",
    `i(?:'m| am) (?:prohibited from|(?:programmed|designed) (?:not to|to avoid))`,
    "i do(?:n't| not) have (?:the (?:ability|capability) to|access to)",
    "i do(?:n't| not) (?:help with|assist with|engage in|identify people|provide (?:information|instructions|advice)|(?:create|write|generate|produce) (?:content|material))",
    `${SELF} ?(?:can|'m|am|'re|are) only (?:able to )?(?:help|answer|discuss|assist)`,
    "there(?:'s| is) no way i can (?:help|assist)",
    "i(?:'d| would) (?:prefer|like) (?:that we|to) (?:change|stop|talk about something else)",
    "that(?:'s| is) (?:a|not a) (?:subject|topic|thing) i (?:do not|don't|can't|cannot|won't|will not)",
    "(?:that|this|it)(?:'s| is|)(?:n't| not) something i(?:'m| am|'ll| can| will)",
    `(?:that|this|it)(?:'s| is) against my ${MINE}`,
    "(?:(?:that|this|your|the) (?:\\w+ ){0,2})?(?:is|'s|falls|are) outside (?:of )?(?:my|what i)",
    "that's outside (?:of )?(?:my|what i)",
    `my ${MINE} (?:prevent|prohibit|forbid|do not allow|don't allow)`,
    "it would(?:n't| not) be (?:appropriate|ethical|right|responsible|safe) for me",
    "(?:this|your|that|the requested?) (?:request|question|content|prompt|message) (?:goes against|violates|may violate|cannot be|can't be|conflicts with)",
  )}`,
)

/** What tells it anywhere in a sentence. */
const DECLINING_ANYWHERE =
  /\b(?:is|are)(?: not|n't) something i(?:'ll|'m| can| am| will)\b|\bsomething i (?:can't|cannot|won't)\b|\boff the table\b|\bi (?:can't|cannot|won't|will not), in good conscience,/

/** What stands before the point of a clause. */
const LEAD_IN =
  /^(?:(?:but|so|and|however|therefore|unfortunately|regrettably|sadly|no|nope|hmm|sorry|apologies|then|please|hi there|hello|i'm afraid(?: that)?|i am afraid(?: that)?|i think|i want to be direct)\b[ ,]*)+/

/** What follows shows that it answers all the same: "but" without another offer, or the thing itself. */
const ANSWERS_AFTER_ALL =
  /\bhere(?:'s| is| are)\b|\b(?:but|though) (?!(?:i|we|please|feel|let|if|thank|you (?:can|could|may|might))\b)/

/** Whether the opening of an answer (whole texts are cut) declines, in English. */
export function isRefusal(text: string): boolean {
  const opening = text.slice(0, REFUSAL_OPENING)
  return SELF_MARK.test(opening) && sentencesOf(opening).some(declines) && !NOT_ITS_OWN_WORDS.test(opening)
}

/** The first sentences, without quotations, code and block quotes. */
function sentencesOf(opening: string): string[] {
  return opening
    .replace(/```[^]*$|`[^`\n]*`|["“][^"”]*["”]?|^>.*$/gm, ' ')
    .split(/[.!?]+(?:\s|$)|\n+/, MAX_PIECES)
    .filter(sentence => sentence.trim() !== '')
    .slice(0, MAX_SENTENCES)
    .map(sentence => sentence.slice(0, MAX_SENTENCE))
}

function declines(written: string): boolean {
  if (!HINT.test(written)) return false
  const sentence = plain(written)
  if (DECLINING_ANYWHERE.test(sentence)) return true
  const clauses = sentence.split(/[,;:—–] *| (?:- |(?=(?:but|so|and) i\b))/)
  const at = clauses.findIndex(clause => DECLINING.test(clause.replace(LEAD_IN, '')))
  if (at < 0) return false
  const clause = clauses[at] ?? ''
  return !/\benough\b/.test(clause) && !ANSWERS_AFTER_ALL.test(clauses.slice(at + 1).join(', '))
}

/** Lower case, straight apostrophes, without markup and pictures. */
function plain(sentence: string): string {
  return sentence
    .replace(/[’‘ʼ]/g, "'")
    .replace(/[*_#\u{2600}-\u{27bf}\u{1f300}-\u{1faff}]|\u{fe0f}/gu, '')
    .trim()
    .toLowerCase()
}
