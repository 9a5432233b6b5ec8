// SPDX-License-Identifier: Apache-2.0
#include "lakehouse/sql/allowed_functions.h"

#include <algorithm>
#include <cctype>
#include <set>
#include <string>

namespace healix::lakehouse::sql {
namespace {

// Names by topic, separated by white space. To allow a function, see that it depends on its
// arguments alone (the time and random numbers excepted), and add a case to test/sql. The test of
// all names says whether it needs a guard in engine/value_sizes.cc.
constexpr std::string_view kScalarNames = R"(
abs add cbrt ceil ceiling cos cosh cot acos acosh asin asinh atan atan2 atanh sin sinh tan tanh
degrees radians divide even exp factorial fdiv floor fmod gamma gcd greatest_common_divisor lcm
least_common_multiple lgamma ln log log10 log2 mod multiply nextafter pi pow power random round
round_even roundbankers sign signbit sqrt subtract trunc isfinite isinf isnan greatest least
bit_count xor get_bit set_bit bit_position bitstring bin to_binary from_binary unbin

ascii bar base64 to_base64 from_base64 bit_length char_length character_length chr concat concat_ws
contains prefix suffix starts_with ends_with damerau_levenshtein editdist3 levenshtein hamming
mismatches jaccard jaro_similarity jaro_winkler_similarity decode encode format printf
format_bytes formatreadablesize formatreadabledecimalsize from_hex to_hex hex unhex instr position
strpos lcase lower ucase upper left left_grapheme right right_grapheme len length length_grapheme
octet_length strlen like_escape ilike_escape not_like_escape not_ilike_escape lpad rpad ltrim rtrim
trim md5 md5_number md5_number_lower md5_number_upper sha1 sha256 hash nfc_normalize ord parse_dirname
parse_dirpath parse_filename parse_path regexp_escape regexp_extract regexp_extract_all
regexp_full_match regexp_matches regexp_replace regexp_split_to_array repeat replace reverse split
split_part str_split str_split_regex string_split string_split_regex string_to_array strip_accents
substr substring substring_grapheme to_base translate unicode url_decode url_encode
icu_sort_key icu_noaccent collate

age ago century date_add date_diff date_part date_sub date_trunc datediff datepart datesub datetrunc
day dayname dayofmonth dayofweek dayofyear days_in_month decade epoch epoch_ms epoch_ns epoch_us era
hour isodow isoyear julian last_day make_date make_time make_timestamp make_timestamp_ms
make_timestamp_ns make_timestamptz microsecond millennium millisecond minute month monthname
nanosecond normalized_interval quarter second strftime strptime try_strptime time_bucket timezone
timezone_hour timezone_minute to_centuries to_days to_decades to_hours to_microseconds to_millennia
to_milliseconds to_minutes to_months to_quarters to_seconds to_timestamp to_weeks to_years week
weekday weekofyear year yearweek
current_date current_localtime current_localtimestamp current_timestamp get_current_time
get_current_timestamp now today transaction_timestamp

apply array_aggr array_aggregate array_append array_apply array_cat array_concat array_contains
array_distinct array_extract array_filter array_grade_up array_has array_has_all array_has_any
array_indexof array_intersect array_length array_pop_back array_pop_front array_position
array_prepend array_push_back array_push_front array_reduce array_resize array_reverse
array_reverse_sort array_select array_slice array_sort array_to_string array_transform array_unique
array_value array_where array_zip cardinality element_at filter flatten generate_series grade_up
list_aggr list_aggregate list_any_value list_append list_apply list_approx_count_distinct list_avg
list_bit_and list_bit_or list_bit_xor list_bool_and list_bool_or list_cat list_concat list_contains
list_count list_distinct list_element list_entropy list_extract list_filter list_first list_grade_up
list_has list_has_all list_has_any list_histogram list_indexof list_intersect list_kurtosis list_last
list_mad list_max list_median list_min list_mode list_pack list_position list_prepend list_product
list_reduce list_resize list_reverse list_reverse_sort list_select list_skewness list_slice list_sort
list_stddev_pop list_stddev_samp list_string_agg list_sum list_transform list_unique list_value
list_var_pop list_var_samp list_where list_zip range reduce unnest unpivot_list
array_cosine_distance array_cosine_similarity array_cross_product array_distance array_dot_product
array_inner_product list_cosine_distance list_cosine_similarity list_distance list_dot_product
list_inner_product
map map_concat map_contains map_contains_entry map_contains_value map_entries map_extract
map_extract_value map_from_entries map_keys map_values row struct_concat struct_contains
struct_extract struct_extract_at struct_has struct_indexof struct_insert struct_keys struct_pack
struct_position struct_update struct_values union_extract union_tag union_value

array_to_json from_json from_json_strict json json_array json_array_length json_contains json_exists
json_extract json_extract_path json_extract_path_text json_extract_string json_group_array
json_group_object json_group_structure json_keys json_merge_patch json_object json_pretty json_quote
json_structure json_transform json_transform_strict json_type json_valid json_value row_to_json
to_json

alias constant_or_null error gen_random_uuid ifnull isnotnull isnull nullif pg_typeof typeof uuid
uuid_extract_timestamp uuid_extract_version uuidv4 uuidv7 equi_width_bins is_histogram_other_bin
coalesce if case
)";

constexpr std::string_view kAggregateNames = R"(
any_value approx_count_distinct approx_quantile approx_top_k arbitrary arg_max arg_max_null
arg_max_nulls_last arg_min arg_min_null arg_min_nulls_last argmax argmin array_agg avg bit_and bit_or
bit_xor bitstring_agg bool_and bool_or corr count count_if count_star countif covar_pop covar_samp
cume_dist dense_rank entropy favg fill first first_value fsum geomean geometric_mean group_concat
grouping grouping_id histogram histogram_exact kahan_sum kurtosis kurtosis_pop lag last last_value
lead list listagg mad max max_by mean median min min_by mode nth_value ntile percent_rank product
quantile quantile_cont quantile_disc rank regr_avgx regr_avgy regr_count regr_intercept regr_r2
regr_slope regr_sxx regr_sxy regr_syy reservoir_quantile row_number sem skewness stddev stddev_pop
stddev_samp string_agg sum sum_no_overflow sumkahan var_pop var_samp variance wavg weighted_avg
)";

constexpr std::string_view kUncountedNames = R"(
approx_top_k bitstring_agg entropy histogram histogram_exact mad median mode quantile quantile_cont
quantile_disc reservoir_quantile
)";

constexpr std::string_view kTableNames = "generate_series json_each json_tree range unnest";

using Names = std::set<std::string, std::less<>>;

void AddTo(Names& names, std::string_view text) {
  std::size_t begin = 0;
  while ((begin = text.find_first_not_of(" \n", begin)) != std::string_view::npos) {
    const std::size_t end = std::min(text.find_first_of(" \n", begin), text.size());
    names.emplace(text.substr(begin, end - begin));
    begin = end;
  }
}

Names NamesOf(std::initializer_list<std::string_view> texts) {
  Names names;
  for (const std::string_view text : texts) AddTo(names, text);
  return names;
}

const Names& ScalarNames() {
  static const Names names = NamesOf({kScalarNames, kAggregateNames});
  return names;
}

bool IsOperator(std::string_view name) {
  return std::none_of(name.begin(), name.end(),
                      [](unsigned char c) { return std::isalnum(c) != 0 || c == '_'; });
}

}  // namespace

bool IsAllowed(const engine::FunctionReference& function) {
  static const Names kTables = NamesOf({kTableNames});
  if (IsOperator(function.name)) return true;
  const bool is_table = function.kind == engine::FunctionReference::Kind::kTable;
  return (is_table ? kTables : ScalarNames()).contains(function.name);
}

bool KeepsUncountedMemory(const engine::FunctionReference& function) {
  static const Names kUncounted = NamesOf({kUncountedNames});
  return kUncounted.contains(function.name);
}

std::vector<std::string> AllowedFunctionNames() {
  return {ScalarNames().begin(), ScalarNames().end()};
}

}  // namespace healix::lakehouse::sql
