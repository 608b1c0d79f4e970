//! The scroll position of a list whose rows have different heights.

/// The scroll position of a list whose rows have different heights.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scroll {
    /// Keeps the newest row visible.
    pub follow: bool,
    /// The first visible row.
    pub top: usize,
    /// Pixels of that row above the upper edge.
    pub skip: i32,
}

impl Default for Scroll {
    fn default() -> Self {
        Scroll { follow: true, top: 0, skip: 0 }
    }
}

impl Scroll {
    /// While following, scrolls so that the last row ends at the lower edge.
    pub fn settle(&mut self, count: usize, view: i32, height: &mut dyn FnMut(usize) -> i32) {
        if count == 0 {
            *self = Scroll::default();
        }
        if !self.follow {
            self.top = self.top.min(count.saturating_sub(1));
            return;
        }
        let (mut top, mut total) = (count, 0);
        while top > 0 && total < view {
            top -= 1;
            total += height(top);
        }
        (self.top, self.skip) = (top, (total - view).max(0));
    }

    /// Scrolls by `pixels`, down if positive.
    pub fn by(&mut self, pixels: i32, count: usize, view: i32, height: &mut dyn FnMut(usize) -> i32) {
        self.settle(count, view, height);
        self.follow = false;
        self.skip += pixels;
        while self.skip < 0 && self.top > 0 {
            self.top -= 1;
            self.skip += height(self.top);
        }
        self.skip = self.skip.max(0);
        while self.top + 1 < count {
            let first = height(self.top);
            if self.skip < first {
                break;
            }
            self.skip -= first;
            self.top += 1;
        }
        // If the content below fills the view, keep the position; otherwise stop at the end.
        let mut below = -self.skip;
        let mut row = self.top;
        while row < count && below <= view {
            below += height(row);
            row += 1;
        }
        if below <= view {
            self.follow = true;
            self.settle(count, view, height);
        }
    }

    /// Scrolls a row into view, at a third of the height.
    pub fn to(&mut self, row: usize, count: usize, view: i32, height: &mut dyn FnMut(usize) -> i32) {
        *self = Scroll { follow: false, top: row.min(count.saturating_sub(1)), skip: 0 };
        self.by(-view / 3, count, view, height);
    }

    /// Scrolls a row to the upper edge, with a little of the row before it.
    pub fn show_at_upper_edge(
        &mut self,
        row: usize,
        count: usize,
        view: i32,
        height: &mut dyn FnMut(usize) -> i32,
    ) {
        *self = Scroll { follow: false, top: row.min(count.saturating_sub(1)), skip: 0 };
        self.by(-view / 8, count, view, height);
    }

    /// `rows` rows were inserted before the first.
    pub fn grown(&mut self, rows: usize) {
        self.top += rows;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scrolling_stays_within_the_list() {
        let mut height = |row: usize| 10 + i32::try_from(row % 3).unwrap() * 10;
        let mut scroll = Scroll::default();
        scroll.settle(100, 200, &mut height);
        let end = scroll;
        scroll.by(-1, 100, 200, &mut height);
        assert!(!scroll.follow);
        scroll.by(1, 100, 200, &mut height);
        assert_eq!(scroll, end, "one up and one down is the end again");
        scroll.by(-100_000, 100, 200, &mut height);
        assert_eq!(scroll, Scroll { follow: false, top: 0, skip: 0 });
        scroll.by(100_000, 100, 200, &mut height);
        assert_eq!(scroll, end);
        scroll.to(50, 100, 200, &mut height);
        assert!(scroll.top < 50 && scroll.top > 44, "{scroll:?}");
        let before = scroll;
        scroll.grown(200);
        assert_eq!((scroll.top, scroll.skip), (before.top + 200, before.skip));
        let mut few = Scroll::default();
        few.by(-50, 3, 200, &mut height);
        assert!(few.follow && few.top == 0 && few.skip == 0);
        few.settle(0, 200, &mut height);
    }
}
