//! Rectangles in a window.

/// A rectangle, in pixels of a window at 1x.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rect {
    pub x: i32,
    pub y: i32,
    pub w: i32,
    pub h: i32,
}

impl Rect {
    pub const fn new(x: i32, y: i32, w: i32, h: i32) -> Rect {
        Rect { x, y, w, h }
    }

    pub fn right(&self) -> i32 {
        self.x + self.w
    }

    pub fn bottom(&self) -> i32 {
        self.y + self.h
    }

    pub fn contains(&self, (x, y): (i32, i32)) -> bool {
        (self.x..self.right()).contains(&x) && (self.y..self.bottom()).contains(&y)
    }

    /// Shrinks it on each side.
    pub fn inset(&self, dx: i32, dy: i32) -> Rect {
        Rect::new(self.x + dx, self.y + dy, (self.w - 2 * dx).max(0), (self.h - 2 * dy).max(0))
    }

    /// The intersection.
    pub fn intersect(&self, other: &Rect) -> Rect {
        let (x, y) = (self.x.max(other.x), self.y.max(other.y));
        let (right, bottom) = (self.right().min(other.right()), self.bottom().min(other.bottom()));
        Rect::new(x, y, (right - x).max(0), (bottom - y).max(0))
    }

    pub fn is_empty(&self) -> bool {
        self.w <= 0 || self.h <= 0
    }

    /// Moves it into another rectangle, as far as possible.
    pub fn within(&self, outer: &Rect) -> Rect {
        let x = self.x.min(outer.right() - self.w).max(outer.x);
        let y = self.y.min(outer.bottom() - self.h).max(outer.y);
        Rect::new(x, y, self.w, self.h)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rectangles_are_cut_and_moved() {
        let outer = Rect::new(0, 0, 100, 50);
        assert_eq!(Rect::new(90, 40, 20, 20).intersect(&outer), Rect::new(90, 40, 10, 10));
        assert!(Rect::new(200, 0, 5, 5).intersect(&outer).is_empty());
        assert_eq!(Rect::new(90, 40, 20, 20).within(&outer), Rect::new(80, 30, 20, 20));
        assert_eq!(Rect::new(-5, -5, 200, 20).within(&outer), Rect::new(0, 0, 200, 20));
        assert!(outer.contains((99, 49)) && !outer.contains((100, 0)));
        assert_eq!(outer.inset(10, 30), Rect::new(10, 30, 80, 0));
    }
}
