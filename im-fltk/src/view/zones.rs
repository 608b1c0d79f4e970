//! Mouse zones. While a window is drawn, everything that responds to the mouse registers its rectangle and its actions. The
//! last one drawn is on top, so that a click goes to what is visible there.

use super::rect::Rect;
use crate::model::About;
use crate::update::Msg;
use fltk::enums::Cursor;

/// The kind of a zone, as for accessibility tools.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    Button,
    Link,
    Item,
    Message,
    Text,
    Area,
}

/// A list that scrolls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scrolled {
    Rooms,
    Messages,
    Panel,
    Overlay,
}

/// The action of dragging.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Drag {
    /// Selects text in the messages.
    Select,
    /// Scrolls a list.
    Bar(Scrolled),
}

/// A zone.
#[derive(Clone, Debug)]
pub struct Zone {
    pub rect: Rect,
    pub role: Role,
    /// Its accessible name.
    pub name: String,
    pub click: Option<Msg>,
    pub double: Option<Msg>,
    /// The subject of its context menu.
    pub menu: Option<About>,
    /// Its tooltip.
    pub tip: String,
    pub drag: Option<Drag>,
    /// The list that the wheel scrolls.
    pub scrolls: Option<Scrolled>,
}

impl Zone {
    pub fn new(rect: Rect, role: Role, name: impl Into<String>) -> Zone {
        Zone {
            rect,
            role,
            name: name.into(),
            click: None,
            double: None,
            menu: None,
            tip: String::new(),
            drag: None,
            scrolls: None,
        }
    }

    pub fn click(self, msg: Msg) -> Zone {
        Zone { click: Some(msg), ..self }
    }

    pub fn double(self, msg: Msg) -> Zone {
        Zone { double: Some(msg), ..self }
    }

    pub fn menu(self, about: About) -> Zone {
        Zone { menu: Some(about), ..self }
    }

    pub fn tip(self, tip: impl Into<String>) -> Zone {
        Zone { tip: tip.into(), ..self }
    }

    pub fn drag(self, drag: Drag) -> Zone {
        Zone { drag: Some(drag), ..self }
    }

    pub fn scrolls(self, list: Scrolled) -> Zone {
        Zone { scrolls: Some(list), ..self }
    }

    pub fn cursor(&self) -> Cursor {
        match self.role {
            Role::Button | Role::Link | Role::Item if self.click.is_some() => Cursor::Hand,
            Role::Text => Cursor::Insert,
            Role::Button | Role::Link | Role::Item | Role::Message | Role::Area => Cursor::Default,
        }
    }
}

/// All zones of a window, in drawing order.
#[derive(Debug, Default)]
pub struct Zones {
    /// Zones of the window itself.
    pub base: Vec<Zone>,
    /// Zones of the overlay.
    pub above: Vec<Zone>,
    /// Whether the overlay takes every click.
    pub modal: bool,
}

impl Zones {
    /// The topmost zone at a position that satisfies `is_so`.
    pub fn find(&self, at: (i32, i32), is_so: impl Fn(&Zone) -> bool) -> Option<&Zone> {
        let here = |zone: &&Zone| zone.rect.contains(at) && is_so(zone);
        let above = self.above.iter().rev().find(here);
        if above.is_some() || self.is_covered(at) {
            return above;
        }
        self.base.iter().rev().find(here)
    }

    /// Whether the overlay covers this position.
    pub fn is_covered(&self, at: (i32, i32)) -> bool {
        self.modal || self.above.iter().any(|zone| zone.rect.contains(at))
    }

    /// Whether a zone of the overlay is at this position.
    pub fn is_above(&self, at: (i32, i32)) -> bool {
        self.above.iter().any(|zone| zone.rect.contains(at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_uppermost_counts() {
        let zone = |x, name: &str| Zone::new(Rect::new(x, 0, 10, 10), Role::Button, name).click(Msg::Quit);
        let mut zones = Zones { base: vec![zone(0, "under"), zone(5, "over")], ..Zones::default() };
        let name = |zones: &Zones, x| zones.find((x, 5), |_| true).map(|zone| zone.name.clone());
        assert_eq!(name(&zones, 7).as_deref(), Some("over"));
        assert_eq!(name(&zones, 2).as_deref(), Some("under"));
        assert_eq!(name(&zones, 20), None);
        zones.above.push(zone(6, "menu"));
        assert_eq!(name(&zones, 7).as_deref(), Some("menu"));
        assert_eq!(name(&zones, 2).as_deref(), Some("under"), "beside what is open");
        zones.modal = true;
        assert_eq!(name(&zones, 2), None, "what is open takes every click");
        assert!(zones.find((7, 5), |zone| zone.menu.is_some()).is_none());
    }
}
