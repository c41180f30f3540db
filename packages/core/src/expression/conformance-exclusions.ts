// Conformance cases that do not apply to conditions, or that we fail, and why. Data for conformance.test.ts, which
// holds it to account: what is covered fails still, in the number given.

/** What an exclusion may look at. */
interface ConformanceTest {
  readonly expr: string
}

/** Cases about something that conditions do not have. They count as excluded even where they happen to pass. */
export interface Inapplicable {
  readonly reason: string
  readonly sections?: readonly string[]
  readonly when?: (test: ConformanceTest) => boolean
  /** How many of the cases fail; a case counts for the first entry that covers it. */
  readonly failing: number
}

/** Applicable cases that fail, each by its id, `section/subsection/name`. */
export interface Failure {
  readonly reason: string
  readonly cases: readonly string[]
}

const RECEIVER_NAMES =
  'as break const continue else for function if import let loop package namespace return var void while'.split(
    ' ',
  )

const RAW_BYTES = ['raw', 'upper_raw'].flatMap(raw =>
  ['single', 'double', 'triple_single', 'triple_double'].map(quote => `${raw}_${quote}_quoted_escapes`),
)

export const INAPPLICABLE: readonly Inapplicable[] = [
  {
    reason: 'protocol buffers: messages, enums and wrappers are in no request',
    sections: ['dynamic', 'enums', 'proto2', 'proto2_ext', 'proto3', 'wrappers', 'type_deductions/wrappers'],
    when: test => /TestAllTypes|\bgoogle\.protobuf\.[A-Z]\w*\s*\{|\bmsg\b/.test(test.expr),
    failing: 643,
  },
  {
    reason: 'extension libraries: cel.block, encoders, macros of two variables, math',
    sections: ['block_ext', 'encoders_ext', 'macros2', 'math_ext'],
    failing: 249,
  },
  {
    reason:
      'functions of the strings extension that the library lacks: charAt, format, quote, replace, reverse',
    when: test => /\.(?:charAt|format|quote|replace|reverse)\(/.test(test.expr),
    failing: 103,
  },
  {
    reason: 'optional types, an extension',
    sections: ['optionals'],
    when: test => /\boptional\b/.test(test.expr),
    failing: 62,
  },
  {
    reason: 'cel.bind, an extension that is refused: nested bindings could double a list again and again',
    sections: ['bindings_ext'],
    failing: 4,
  },
]

export const FAILURES: readonly Failure[] = [
  {
    reason: 'containers and qualified variable names: attributes have no namespaces',
    cases: [
      'fields/qualified_identifier_resolution/qualified_ident',
      'fields/qualified_identifier_resolution/map_field_select',
      'fields/qualified_identifier_resolution/qualified_identifier_resolution_unchecked',
      'fields/qualified_identifier_resolution/ident_with_longest_prefix_check',
      'namespace/qualified/self_eval_qualified_lookup',
      'namespace/namespace/self_eval_container_lookup',
      'namespace/namespace/self_eval_container_lookup_unchecked',
    ],
  },
  {
    reason: 'rejected by the static check, which no condition goes without',
    cases: [
      'basic/functions/unbound_is_runtime_error',
      'comparisons/eq_literal/not_eq_list_length',
      'comparisons/eq_literal/eq_list_elem_mixed_types',
      'logic/conditional/mixed_type',
      'logic/AND/short_circuit_type_left',
      'logic/AND/short_circuit_type_right',
      'logic/OR/short_circuit_type_left',
      'logic/OR/short_circuit_type_right',
      ...RECEIVER_NAMES.map(name => `parse/receiver_function_names/${name}`),
    ],
  },
  {
    reason: 'declares functions or type parameters of its own',
    cases: [
      'type_deductions/functions/function_result_type',
      'type_deductions/type_parameters/multiple_parameters_generality',
      'type_deductions/type_parameters/multiple_parameters_generality_2',
      'type_deductions/type_parameters/multiple_parameters_parameterized_ovl',
      'type_deductions/type_parameters/multiple_parameters_parameterized_ovl_2',
    ],
  },
  {
    reason: 'library: the type of an empty list literal is not inferred from its surroundings',
    cases: [
      'macros/all/list_empty',
      'macros/exists/list_empty',
      'macros/exists_one/list_empty',
      'type_deductions/flexible_type_parameter_assignment/list_parameter',
      'type_deductions/flexible_type_parameter_assignment/list_parameter_order_independent',
      'type_deductions/flexible_type_parameter_assignment/unconstrained_type_var_as_dyn',
    ],
  },
  {
    reason: 'library: has() of a field of a map literal is not parsed',
    cases: ['fields/map_has/has', 'fields/map_has/has_not', 'fields/map_has/has_empty'],
  },
  {
    reason: 'library: fields quoted by backticks are not parsed (metadata["a-b"] is the way to write them)',
    cases: ['access', 'has'].flatMap(kind =>
      ['slash', 'dash', 'dot'].map(name =>
        kind === 'access'
          ? `fields/quoted_map_fields/field_access_${name}`
          : `fields/quoted_map_fields/has_field_${name}`,
      ),
    ),
  },
  {
    reason: 'library: a number must begin with a digit, .99 is not parsed',
    cases: ['comparisons/gt_literal/not_gt_double'],
  },
  {
    reason: 'library: bytes literals that are raw, or hold characters beyond ASCII',
    cases: [
      'basic/self_eval_nonzeroish/self_eval_bytes_escape',
      'comparisons/eq_literal/eq_bytes',
      'comparisons/ne_literal/not_ne_bytes',
      ...RAW_BYTES.map(name => `parse/bytes_literals/${name}`),
    ],
  },
  {
    reason: 'ints beyond 2^53 are compared with doubles exactly, where the suite rounds them first',
    cases: [
      'comparisons/lt_literal/not_lt_dyn_int_big_lossy_double',
      'comparisons/gt_literal/not_gt_dyn_big_double_int',
      'comparisons/lte_literal/lte_dyn_big_double_int',
      'comparisons/gte_literal/gte_dyn_int_big_lossy_double',
    ],
  },
  {
    reason:
      'library: conversions of int(double) at the limit and of invalid UTF-8 give a value, not an error',
    cases: ['conversions/int/double_int_min_range', 'conversions/string/bytes_invalid'],
  },
  {
    reason: 'library: timestamps hold milliseconds, not nanoseconds',
    cases: [
      'timestamps/timestamp_conversions/toString_timestamp_nanos',
      'timestamps/timestamp_arithmetic/add_time_to_duration_nanos_positive',
      'timestamps/timestamp_range/add_duration_nanos_over',
    ],
  },
  {
    reason: 'library: differences of timestamps 10,000 years apart do not overflow',
    cases: [
      'timestamps/timestamp_range/sub_time_duration_over',
      'timestamps/timestamp_range/sub_time_duration_under',
    ],
  },
  {
    reason:
      'library: duration + timestamp has the wrong static type (timestamp + duration has the right one)',
    cases: ['timestamps/timestamp_arithmetic/add_time_to_duration'],
  },
  {
    reason: 'library: getMilliseconds of a duration counts all of it, not the part below a second',
    cases: ['timestamps/duration_converters/get_milliseconds'],
  },
  {
    reason: 'library: lowerAscii, upperAscii and trim follow JavaScript beyond ASCII',
    cases: [
      'string_ext/ascii_casing/lowerascii_unicode',
      'string_ext/ascii_casing/lowerascii_unicode_with_space',
      'string_ext/ascii_casing/upperascii_unicode',
      'string_ext/trim/unicode_space_chars_1',
      'string_ext/trim/unicode_no_trim',
    ],
  },
  {
    reason: 'library: offsets of time zones need a sign, "+02:00"',
    cases: ['timestamps/timestamp_selectors_tz/getHours'],
  },
]
