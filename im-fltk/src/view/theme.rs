//! Colours and fonts.

use crate::model::Theme;
use crate::text::{hue, initials};
use fltk::enums::{Color, Font};
use fltk::{app, draw};

/// The colours of a theme. `Color::from_rgb` throughout: named colours are remapped by the toolkit's own themes.
#[derive(Clone, Copy, Debug)]
pub struct Colors {
    pub back: Color,
    pub panel: Color,
    pub field: Color,
    pub line: Color,
    pub text: Color,
    pub faint: Color,
    pub accent: Color,
    pub on_accent: Color,
    pub link: Color,
    pub code_back: Color,
    pub mention_back: Color,
    pub selection: Color,
    pub good: Color,
    pub away: Color,
    pub bad: Color,
    /// Of names and avatars.
    pub people: [Color; 8],
}

fn rgb(hex: u32) -> Color {
    Color::from_hex(hex)
}

/// Dark grey, medium grey and ocean blue, as in the original; or light.
pub fn colors(theme: Theme) -> Colors {
    match theme {
        Theme::Dark => Colors {
            back: rgb(0x0025_282c),
            panel: rgb(0x002e_3238),
            field: rgb(0x0039_3e45),
            line: rgb(0x0040_464e),
            text: rgb(0x00e4_e7eb),
            faint: rgb(0x0094_9da8),
            accent: rgb(0x001f_78b4),
            on_accent: rgb(0x00ff_ffff),
            link: rgb(0x0062_b5ea),
            code_back: rgb(0x001c_1e21),
            mention_back: rgb(0x0046_4024),
            selection: rgb(0x002a_5478),
            good: rgb(0x004c_b86b),
            away: rgb(0x00e0_a83a),
            bad: rgb(0x00ee_6a5f),
            people: [
                rgb(0x00e0_7a6e),
                rgb(0x00de_9a4e),
                rgb(0x00c4_b04a),
                rgb(0x006f_b866),
                rgb(0x0048_b3a5),
                rgb(0x005c_a7e0),
                rgb(0x009c_8fe8),
                rgb(0x00d8_7fc4),
            ],
        },
        Theme::Light => Colors {
            back: rgb(0x00ff_ffff),
            panel: rgb(0x00f0_f2f4),
            field: rgb(0x00ed_f0f3),
            line: rgb(0x00d5_dae0),
            text: rgb(0x001d_2126),
            faint: rgb(0x0069_737e),
            accent: rgb(0x001f_78b4),
            on_accent: rgb(0x00ff_ffff),
            link: rgb(0x0016_64a0),
            code_back: rgb(0x00ec_eef1),
            mention_back: rgb(0x00ff_f3c9),
            selection: rgb(0x00bf_dcf2),
            good: rgb(0x002f_9a4d),
            away: rgb(0x00c0_8414),
            bad: rgb(0x00c8_3a2e),
            people: [
                rgb(0x00b8_483c),
                rgb(0x00a6_621a),
                rgb(0x0085_7410),
                rgb(0x003d_8a34),
                rgb(0x001d_8478),
                rgb(0x002a_74b0),
                rgb(0x0065_55bd),
                rgb(0x00a8_4892),
            ],
        },
    }
}

/// How wide a text is in the font that is set.
#[allow(clippy::cast_possible_truncation)] // texts of one line
pub fn width_of(text: &str) -> i32 {
    draw::width(text) as i32
}

/// A round picture of somebody: their colour and letters, on this background.
pub fn draw_avatar(name: &str, (x, y, width): (i32, i32, i32), letter_size: i32, c: &Colors, back: Color) {
    draw::set_draw_color(c.of(name));
    draw::draw_pie(x, y, width, width, 0.0, 360.0);
    draw::set_font(Font::HelveticaBold, letter_size);
    draw::set_draw_color(back);
    let letters = initials(name);
    draw::draw_text(&letters, x + (width - width_of(&letters)) / 2, y + width / 2 + letter_size * 2 / 5);
}

/// A text that is cut, with dots, to what fits, in the font that is set.
pub fn clipped(text: &str, width: i32) -> String {
    let fits = |text: &str| draw::width(text) <= f64::from(width);
    if fits(text) {
        return text.to_owned();
    }
    let mut ends: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
    let keep = ends.partition_point(|end| fits(&format!("{}…", text.get(..*end).unwrap_or_default())));
    ends.truncate(keep);
    format!("{}…", text.get(..ends.last().copied().unwrap_or(0)).unwrap_or_default())
}

/// Steps of the mouse's wheel, down when positive.
pub fn wheel_steps() -> i32 {
    match app::event_dy() {
        app::MouseWheel::Up => 1,
        app::MouseWheel::Down => -1,
        _ => 0,
    }
}

impl Colors {
    /// The colour of somebody's name and avatar.
    pub fn of(&self, name: &str) -> Color {
        self.people.get(hue(name) % self.people.len()).copied().unwrap_or(self.text)
    }
}

/// The face for a style.
pub fn face(style: crate::text::Style) -> Font {
    match (style.code, style.bold, style.italic) {
        (true, _, _) => Font::Courier,
        (false, false, false) => Font::Helvetica,
        (false, true, false) => Font::HelveticaBold,
        (false, false, true) => Font::HelveticaItalic,
        (false, true, true) => Font::HelveticaBoldItalic,
    }
}
