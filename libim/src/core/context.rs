//! Characters that names may contain in some contexts only: the rules of RFC 5892, appendix A, and word-internal punctuation.

use unicode_joining_type::{JoiningType, get_joining_type};
use unicode_normalization::char::canonical_combining_class;

/// The canonical combining class of viramas, which join consonants (Unicode 4.3).
const VIRAMA: u8 = 9;

/// Whether the contextual rule of the character at `at` allows it there; `None` if the character has no such rule.
pub(super) fn is_allowed_at(name: &[char], at: usize) -> Option<bool> {
    let before = at.checked_sub(1).and_then(|at| name.get(at)).copied();
    let after = name.get(at + 1).copied();
    let around = |is_one: fn(char) -> bool| before.is_some_and(is_one) && after.is_some_and(is_one);
    Some(match name.get(at)? {
        // A.1, zero width non-joiner, and A.2, zero width joiner.
        '\u{200c}' => before.is_some_and(is_virama) || breaks_a_join(name, at),
        '\u{200d}' => before.is_some_and(is_virama),
        // A.3, middle dot: Catalan.
        '\u{b7}' => around(|c| matches!(c, 'l' | 'L')),
        // A.4, Greek numeral sign.
        '\u{375}' => after.is_some_and(|c| matches!(c, '\u{370}'..='\u{3ff}' | '\u{1f00}'..='\u{1fff}')),
        // A.5 and A.6, Hebrew geresh and gershayim.
        '\u{5f3}' | '\u{5f4}' => before.is_some_and(|c| matches!(c, '\u{590}'..='\u{5ff}')),
        // A.7, katakana middle dot.
        '\u{30fb}' => name.iter().copied().any(is_japanese),
        // Tibetan intersyllabic tsheg.
        '\u{f0b}' => before.is_some_and(|c| matches!(c, '\u{f40}'..='\u{fbc}')),
        // Typographic apostrophe and hyphen.
        '\u{2019}' | '\u{2010}' => around(char::is_alphanumeric),
        _ => return None,
    })
}

/// Whether a name has both Arabic-Indic and extended Arabic-Indic digits, which A.8 and A.9 forbid.
pub(super) fn mixes_arabic_digits(name: &str) -> bool {
    let has = |row: std::ops::RangeInclusive<char>| name.chars().any(|c| row.contains(&c));
    has('\u{660}'..='\u{669}') && has('\u{6f0}'..='\u{6f9}')
}

fn is_virama(c: char) -> bool {
    canonical_combining_class(c) == VIRAMA
}

/// Whether the letters around `at` would join without the character there (A.1, second rule).
fn breaks_a_join(name: &[char], at: usize) -> bool {
    let visible = |c: &&char| get_joining_type(**c) != JoiningType::Transparent;
    let before = name.get(..at).and_then(|before| before.iter().rev().find(visible));
    let after = name.get(at + 1..).and_then(|after| after.iter().find(visible));
    let joins =
        |c: Option<&char>, sides: [JoiningType; 2]| c.is_some_and(|c| sides.contains(&get_joining_type(*c)));
    joins(before, [JoiningType::LeftJoining, JoiningType::DualJoining])
        && joins(after, [JoiningType::RightJoining, JoiningType::DualJoining])
}

fn is_japanese(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30fa}' | '\u{30fc}'..='\u{30ff}' | '\u{3005}'..='\u{3007}' | '\u{3400}'..='\u{4dbf}')
        || matches!(c, '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}
