//! Requests that read the store: pages of history and searches. Their number is bounded per connection and per turn, so that they do
//! not delay messages.

use super::in_flight::Call;
use super::{NEWEST, Refused, Server};
use crate::core::search::{Pattern, author_key};
use crate::engine::ConnId;
use crate::engine::store::{self, Page, PageQuery, Query, Ticket};
use crate::wire::limits::{PAGE_ENTRIES_MAX, PAGES_PER_TURN, SEARCH_PHRASES_MAX};
use crate::wire::{Code, Fetch, Found, History, Place, RequestId, RoomId, Search, Seq, Timestamp};

impl Server {
    pub(super) fn handle_fetch(&mut self, conn: ConnId, fetch: &Fetch) {
        let query = PageQuery {
            room: fetch.room,
            after: fetch.after,
            before: if fetch.before == Seq::ZERO { NEWEST } else { fetch.before },
            since: fetch.since,
            limit: entries_wanted(fetch.limit),
            upward: fetch.upward,
            messages_only: fetch.messages_only,
        };
        let ticket = self.in_flight.page(conn, fetch.id, fetch.room);
        self.read(conn, ticket, query.into());
    }

    pub(super) fn handle_search(&mut self, conn: ConnId, search: &Search) {
        let Some(user) = self.user_of(conn) else { return };
        let pattern = Pattern::parse(&search.text);
        let author = (!search.author.is_empty()).then(|| author_key(&search.author));
        if let Err(refused) = check(&pattern, search, self.config.limits.name_bytes) {
            return self.refuse(conn, search.id, refused);
        }
        let mut rooms = search.room.map_or_else(|| self.state.rooms_of(user).collect(), |room| vec![room]);
        rooms.sort_unstable();
        // The place is in a room that the user may see, as its time can be concluded from what is found.
        let before = search.before.filter(|place| rooms.contains(&place.0));
        if before != search.before {
            let refused =
                Refused::new(Code::Invalid, "the place to continue from is not in a room that is searched");
            return self.refuse(conn, search.id, refused);
        }
        let until = if search.until == Timestamp(0) { Timestamp(u64::MAX) } else { search.until };
        let (since, limit) = (search.since, entries_wanted(search.limit));
        let ticket = self.in_flight.search(conn, search.id);
        let search = store::Search { pattern, rooms, author, since, until, before, limit };
        self.read(conn, ticket, search.into());
    }

    fn read(&mut self, conn: ConnId, ticket: Ticket, query: Query) {
        let Some(asking) = self.connections.get_mut(conn) else { return };
        asking.pages += 1;
        // If it has to wait for the next turn, so do later requests of the connection: requests take effect in order.
        asking.barrier = true;
        self.pages.push_back((conn, ticket, query));
        self.read_pages();
    }

    /// Passes waiting queries to the store, up to the limit per turn.
    pub(super) fn read_pages(&mut self) {
        while self.pages_read < PAGES_PER_TURN
            && let Some((conn, ticket, query)) = self.pages.pop_front()
        {
            self.pages_read += 1;
            self.store().read(ticket, query);
            self.lift_barrier(conn);
        }
    }

    pub(super) fn handle_page(&mut self, ticket: Ticket, page: Page) {
        let Some(Call::Page(conn, id, room)) = self.in_flight.take(ticket) else { return };
        let head = self.state.room(room).map(|room| room.head).unwrap_or_default();
        let Page { from, to, more, entries } = page;
        debug_assert!(entries.iter().all(|entry| entry.seq <= head), "a page overtakes a commit");
        // A page cannot cover entries that do not exist yet.
        self.send(conn, &History { id, room, from, to: to.min(head), more, head, entries });
        self.release_page(conn);
    }

    pub(super) fn handle_found(&mut self, ticket: Ticket, found: store::Found) {
        let Some(Call::Search(conn, id)) = self.in_flight.take(ticket) else { return };
        let store::Found { mut entries, next } = found;
        // A search may take long. Who asked may have left a room meanwhile, and may not see what was said there since.
        let user = self.user_of(conn).unwrap_or_default();
        let may_see = |room: RoomId| self.state.room(room).is_some_and(|room| room.has(user));
        entries.retain(|entry| may_see(entry.room));
        let mut before = next.filter(|place| may_see(place.0));
        if next.is_some() && before.is_none() {
            before = entries.last().map(|entry| Place(entry.room, entry.seq));
            if before.is_none() {
                let text = "you are no longer in a room that was searched; search again";
                return self.refuse_page(conn, id, Refused::new(Code::NotMember, text));
            }
        }
        self.send(conn, &Found { id, entries, before });
        self.release_page(conn);
    }

    pub(super) fn refuse_page(&mut self, conn: ConnId, id: RequestId, refused: Refused) {
        self.release_page(conn);
        self.refuse(conn, id, refused);
    }

    fn release_page(&mut self, id: ConnId) {
        if let Some(conn) = self.connections.get_mut(id) {
            conn.pages = conn.pages.saturating_sub(1);
        }
        self.resume_reading(id);
    }
}

fn entries_wanted(limit: u32) -> u32 {
    if limit == 0 { PAGE_ENTRIES_MAX } else { limit.min(PAGE_ENTRIES_MAX) }
}

fn check(pattern: &Pattern, search: &Search, name_bytes: u32) -> Result<(), Refused> {
    if search.author.len() > name_bytes as usize {
        return Err(Refused::too_large("the author's name", search.author.len(), name_bytes as usize));
    }
    if pattern.phrases.len() > SEARCH_PHRASES_MAX {
        let text = format!("a search has at most {SEARCH_PHRASES_MAX} words and phrases");
        return Err(Refused::new(Code::TooLarge, text));
    }
    if pattern.phrases.is_empty() && (search.author.is_empty() || !search.text.trim().is_empty()) {
        return Err(Refused::new(Code::Invalid, "the search has no word; write letters or digits"));
    }
    Ok(())
}

/// What people are told when the store does not read what they ask for.
pub(super) fn why_not_read(code: Code) -> &'static str {
    match code {
        Code::TimedOut => "the search takes too long; use longer words, or name a room or an author",
        _ => "the store refused to read it",
    }
}
