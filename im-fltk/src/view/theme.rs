//! The colours and fonts of both themes.

use crate::model::Theme;
use crate::text::hue;
use fltk::enums::{Color, Font};

/// The colours of a theme. Use `Color::from_hex` only: the toolkit's themes remap named colours.
#[derive(Clone, Copy, Debug)]
pub struct Colors {
    /// Background of the messages.
    pub back: Color,
    /// Background of the lists and the form.
    pub panel: Color,
    /// Background of overlays.
    pub raised: Color,
    /// Background of input fields.
    pub field: Color,
    /// Border of input fields.
    pub border: Color,
    /// Separators; nothing depends on seeing them.
    pub line: Color,
    /// Background of what the mouse is over.
    pub hover: Color,
    /// Background of the selected item of a list.
    pub active: Color,
    pub text: Color,
    /// Secondary text.
    pub faint: Color,
    pub accent: Color,
    pub on_accent: Color,
    pub link: Color,
    pub code_back: Color,
    /// Background of messages that mention the user.
    pub mention_back: Color,
    /// Background of selected text.
    pub selection: Color,
    /// Background of search matches.
    pub found: Color,
    pub good: Color,
    pub away: Color,
    pub bad: Color,
    /// Background of mention badges and of buttons for what cannot be undone.
    pub danger: Color,
    /// Colours of names and avatars.
    pub people: [Color; 8],
}

fn rgb(hex: u32) -> Color {
    Color::from_hex(hex)
}

/// The colours of a theme. The dark one is grey and ocean blue.
pub fn colors(theme: Theme) -> Colors {
    match theme {
        Theme::Dark => Colors {
            back: rgb(0x0020_2327),
            panel: rgb(0x0026_292e),
            raised: rgb(0x002b_2f34),
            field: rgb(0x001b_1d20),
            border: rgb(0x0076_7e89),
            line: rgb(0x003b_4047),
            hover: rgb(0x0027_2b30),
            active: rgb(0x002c_4156),
            text: rgb(0x00e6_e9ed),
            faint: rgb(0x00a9_b1bb),
            accent: rgb(0x0023_79b8),
            on_accent: rgb(0x00ff_ffff),
            link: rgb(0x006f_bdf0),
            code_back: rgb(0x0017_191b),
            mention_back: rgb(0x0039_341c),
            selection: rgb(0x0024_4460),
            found: rgb(0x0063_5312),
            good: rgb(0x004f_bf6f),
            away: rgb(0x00e3_ad40),
            bad: rgb(0x00f4_7d72),
            danger: rgb(0x00cf_4434),
            people: [
                rgb(0x00e8_897e),
                rgb(0x00e0_a05a),
                rgb(0x00cb_b855),
                rgb(0x0079_c070),
                rgb(0x0055_bfb1),
                rgb(0x006a_b0e6),
                rgb(0x00a9_9df0),
                rgb(0x00dd_8fcc),
            ],
        },
        Theme::Light => Colors {
            back: rgb(0x00ff_ffff),
            panel: rgb(0x00f2_f4f6),
            raised: rgb(0x00ff_ffff),
            field: rgb(0x00ff_ffff),
            border: rgb(0x007d_8691),
            line: rgb(0x00d8_dde3),
            hover: rgb(0x00f4_f6f8),
            active: rgb(0x00cf_e3f3),
            text: rgb(0x001b_1f24),
            faint: rgb(0x0056_5f69),
            accent: rgb(0x001f_72ad),
            on_accent: rgb(0x00ff_ffff),
            link: rgb(0x0012_5c96),
            code_back: rgb(0x00ec_eff2),
            mention_back: rgb(0x00ff_f4cf),
            selection: rgb(0x00c8_e0f4),
            found: rgb(0x00ff_e59a),
            good: rgb(0x001f_7637),
            away: rgb(0x008a_5c06),
            bad: rgb(0x00b0_3028),
            danger: rgb(0x00b8_322a),
            people: [
                rgb(0x00b2_3a2e),
                rgb(0x0095_550f),
                rgb(0x0074_6410),
                rgb(0x0033_762c),
                rgb(0x0017_6f65),
                rgb(0x0024_659c),
                rgb(0x005b_4bb0),
                rgb(0x009a_3d84),
            ],
        },
    }
}

impl Colors {
    /// The colour of a user's name and avatar.
    pub fn of(&self, name: &str) -> Color {
        self.people.get(hue(name) % self.people.len()).copied().unwrap_or(self.text)
    }
}

/// The font of a style.
pub fn face(style: crate::text::Style) -> Font {
    match (style.code, style.bold, style.italic) {
        (true, _, _) => Font::Courier,
        (false, false, false) => Font::Helvetica,
        (false, true, false) => Font::HelveticaBold,
        (false, false, true) => Font::HelveticaItalic,
        (false, true, true) => Font::HelveticaBoldItalic,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Relative luminance (WCAG 2.2, "relative luminance").
    fn luminance(color: Color) -> f64 {
        let (r, g, b) = color.to_rgb();
        let [r, g, b] = [r, g, b].map(|byte| {
            let part = f64::from(byte) / 255.0;
            if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        });
        0.2126 * r + 0.7152 * g + 0.0722 * b
    }

    /// Contrast ratio (WCAG 2.2, "contrast ratio").
    fn contrast(a: Color, b: Color) -> f64 {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn the_ratio_is_wcags() {
        assert!((contrast(rgb(0x00ff_ffff), rgb(0)) - 21.0).abs() < 0.01);
        assert!((contrast(rgb(0x0077_7777), rgb(0x00ff_ffff)) - 4.48).abs() < 0.01);
    }

    #[test]
    fn everything_can_be_read() {
        for theme in [Theme::Dark, Theme::Light] {
            let c = colors(theme);
            let at_least = |ratio: f64, pairs: &[(&str, Color, &str, Color)]| {
                for (ink, a, on, b) in pairs {
                    let found = contrast(*a, *b);
                    assert!(found >= ratio, "{theme:?}: {ink} on {on} is {found:.2}, wanted {ratio}");
                }
            };
            // Text: 4.5 (success criterion 1.4.3).
            let grounds = [
                ("back", c.back),
                ("panel", c.panel),
                ("raised", c.raised),
                ("field", c.field),
                ("hover", c.hover),
                ("active", c.active),
                ("code", c.code_back),
                ("mention", c.mention_back),
                ("selection", c.selection),
            ];
            for (on, ground) in grounds {
                at_least(4.5, &[("text", c.text, on, ground), ("faint", c.faint, on, ground)]);
            }
            for (on, ground) in
                [("back", c.back), ("panel", c.panel), ("raised", c.raised), ("hover", c.hover)]
            {
                at_least(
                    4.5,
                    &[
                        ("link", c.link, on, ground),
                        ("bad", c.bad, on, ground),
                        ("good", c.good, on, ground),
                        ("away", c.away, on, ground),
                    ],
                );
            }
            for (on, ground) in [("back", c.back), ("hover", c.hover), ("mention", c.mention_back)] {
                for person in c.people {
                    at_least(4.5, &[("a name", person, on, ground)]);
                }
            }
            at_least(
                4.5,
                &[
                    ("text", c.text, "found", c.found),
                    ("on accent", c.on_accent, "accent", c.accent),
                    ("on accent", c.on_accent, "danger", c.danger),
                    ("link", c.link, "mention", c.mention_back),
                    ("bad", c.bad, "mention", c.mention_back),
                ],
            );
            // Fields, badges and marks: 3 (success criterion 1.4.11).
            for (on, ground) in
                [("back", c.back), ("panel", c.panel), ("raised", c.raised), ("field", c.field)]
            {
                at_least(3.0, &[("a field's border", c.border, on, ground)]);
            }
            for (on, ground) in [("back", c.back), ("panel", c.panel)] {
                at_least(3.0, &[("a badge", c.accent, on, ground), ("a badge", c.danger, on, ground)]);
                for person in c.people {
                    at_least(3.0, &[("an avatar", person, on, ground)]);
                }
            }
            for person in c.people {
                at_least(4.5, &[("an avatar's letters", c.back, "the avatar", person)]);
            }
        }
    }
}
