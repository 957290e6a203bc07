//! What follows the core of a phrase and belongs to it: "of Iceland", "for human rights", "of the missing", and the apposition
//! that names the same somebody again. Comes in: a draft and the place after it. Goes out: the draft, told more of.
//! Never decides where a phrase begins.

use std::sync::Arc;

use super::draft::Draft;
use super::phrase::PhraseReader;
use crate::extract::english::lexicon::actors as lexicon;
use crate::text::Tag;
use crate::text::english::view::View;
use crate::text::gazetteer::{EntityKind, Role};

impl PhraseReader<'_> {
    /// What follows a role: "of Iceland", "in Nairobi", "at the United Nations", "for human rights", "of the missing".
    pub(super) fn complement(&self, view: View<'_>, at: usize, draft: &mut Draft) -> Option<usize> {
        let (role, _) = draft.role.clone()?;
        // "Prime Minister Jon Berg of Iceland": the country may stand after the name.
        let after_name = draft.party.is_none() && view.is(at, &["of"]);
        if (draft.person.is_some() || draft.known_person.is_some()) && !after_name
            || !view.is(at, &["of", "in", "for", "from", "at", "to", "near", "on", "by"])
        {
            return None;
        }
        let mut next = at + 1 + usize::from(view.is(at + 1, &["the"]));
        if let Some(name) = self.portfolio(view, at, next).filter(|_| role == Role::Minister) {
            return Some(name);
        }
        next = self.over_fillers(view, next).unwrap_or(next);
        let folk = matches!(role, Role::People | Role::Protesters | Role::Civil | Role::Local | Role::Rebels);
        if let Some(end) = self.people_of(view, at, next, draft) {
            return Some(end);
        }
        if let Some((entity, end)) = self.entity(view, next) {
            match entity.kind {
                EntityKind::Role(inner) if view.is(at, &["of", "for", "in"]) => {
                    // "spokesman of the ministry of defence of Kenya": the office behind the voice.
                    if outranks(inner, role) || role == Role::Voice {
                        draft.role =
                            Some((inner, draft.role.as_ref().map_or(next, |(_, tokens)| tokens.start)..end));
                    }
                    return Some(end);
                }
                EntityKind::Person if view.is(at, &["for", "of", "to"]) => {
                    draft.known_person = Some(Arc::clone(&entity.name));
                    draft.party = entity.party.clone().map(|party| (party, EntityKind::Person));
                    return Some(end);
                }
                EntityKind::City | EntityKind::Region | EntityKind::Capital | EntityKind::Country
                    if draft.party.is_some() && view.is(at, &["in", "at", "near", "to"]) =>
                {
                    return Some(end);
                }
                EntityKind::City | EntityKind::Region
                    if folk || draft.party.is_none() && view.is(at, &["of", "in"]) =>
                {
                    return Some(end);
                }
                kind if super::acts(kind)
                    && draft.party.is_none()
                    && view.is(at, &["of", "in", "for", "at", "to", "from"]) =>
                {
                    // "ambassador to Kenya" speaks for somebody else; "officials from Kenya" for Kenya.
                    if !view.is(at, &["to"]) {
                        draft.party = entity.party.clone().map(|party| (party, kind));
                    }
                    return Some(end);
                }
                _ => return None,
            }
        }
        if self.is_name_word(view, next) && view.is(at, &["of", "for", "in", "from"]) {
            let named = draft.person.is_some();
            let end = self.body_behind(view, at, next, draft)?;
            let speaks = draft.person.is_some() && !named;
            return (draft.organisation.is_some() || speaks || folk).then_some(end);
        }
        // "relatives of the missing", "families of those still inside": the people meant are known by the complement.
        if folk && matches!(role, Role::People) && view.is(at, &["of"]) {
            let noun =
                next + usize::from(view.tag(next) == Tag::Adjective && view.tag(next + 1) == Tag::Noun);
            return Some(noun + 1);
        }
        None
    }

    /// "Of the Harbour Union", "for Nestor Foods": a name that the gazetteer does not know, and where it ends.
    fn body_behind(&self, view: View<'_>, at: usize, next: usize, draft: &mut Draft) -> Option<usize> {
        let end = self.name_run(view, next);
        if lexicon::is_organisation(view.word(end - 1))
            || self.is_organisation(view, next..end)
            || self.introduced.contains_key(view.token(next)?.span.of(self.text))
        {
            draft.long_name = self.introduced.get(view.token(next)?.span.of(self.text)).cloned();
            draft.organisation = Some(next..end);
            return Some(end);
        }
        // "A spokesman for Nestor Foods": whoever it is, he speaks for them.
        let voice = matches!(draft.role, Some((Role::Voice, _)));
        if voice && draft.person.is_none() && view.is(at, &["for", "of"]) {
            draft.person = Some(next..end);
        }
        Some(end)
    }

    /// "Minister of state for the interior Jon Berg": the portfolio lies between office and name.
    fn portfolio(&self, view: View<'_>, at: usize, next: usize) -> Option<usize> {
        let name = (next..next + 6)
            .find(|&at| !lexicon::is_filler(view.word(at)) && !view.is(at, &["and", "the"]))
            .filter(|&name| name > next && self.is_name_word(view, name));
        name.filter(|_| view.is(at, &["of", "for"]))
    }

    /// "Of Farmers Against Tolls", "of professional bodies": whose people the role stands for.
    fn people_of(&self, view: View<'_>, at: usize, next: usize, draft: &mut Draft) -> Option<usize> {
        let named = view.capital(next) && view.capital(next + 1) && !self.loose.get();
        let begins_name = self.entity(view, next).is_some_and(|(entity, end)| {
            named
                && end == next + 1
                && matches!(entity.kind, EntityKind::Role(Role::Civil | Role::Protesters | Role::People))
        });
        if begins_name && view.is(at, &["of", "for", "from"]) {
            let end = self.name_run(view, next);
            if end > next + 1 {
                draft.organisation = Some(next..end);
                return Some(end);
            }
        }
        // "Leaders of professional bodies" are no government.
        if view.is(at - 1, &["leader", "leaders", "officials", "representatives", "members", "heads"])
            && view.is(at, &["of", "from"])
            && self.entity(view, next).is_none()
            && !view.capital(next)
            && matches!(view.tag(next), Tag::Noun | Tag::Adjective)
        {
            let noun =
                next + usize::from(view.tag(next) == Tag::Adjective && view.tag(next + 1) == Tag::Noun);
            draft.role = draft.role.take().map(|(_, tokens)| (Role::Civil, tokens.start..noun + 1));
            return Some(noun + 1);
        }
        None
    }

    /// "The union's president": an office in a body, whichever it is, and where it ends.
    fn office_in_body(&self, view: View<'_>, at: usize, draft: &mut Draft) -> Option<usize> {
        let owned = view.is(at, &["'s", "'"]) && matches!(draft.role, Some((Role::Civil, _)));
        let (entity, end) = self.entity(view, at + 1).filter(|_| owned)?;
        if !matches!(entity.kind, EntityKind::Role(_)) {
            return None;
        }
        draft.role = Some((Role::Voice, at + 1..end));
        draft.title = None;
        Some(end)
    }

    /// "…, the Kenyan foreign minister," after a person and ", Jon Berg," after a role name the same somebody.
    pub(super) fn apposition(&self, view: View<'_>, draft: &mut Draft) {
        let at = draft.tokens.end;
        if !view.is(at, &[","]) {
            return;
        }
        let has_person = draft.person.is_some() || draft.known_person.is_some();
        let ranked = draft.role.as_ref().is_some_and(|(role, _)| *role == Role::Military);
        if has_person && (draft.role.is_none() || ranked) {
            let mut other = Draft { tokens: at + 1..at + 1, ..Draft::default() };
            let speaks = view.is(at + 1, &["who"])
                && (view.follows(at + 2, &["speaks", "for"])
                    || view.is(at + 2, &["heads", "leads", "chairs", "runs", "represents"]));
            let from = if speaks { at + 3 + usize::from(view.is(at + 3, &["for"])) } else { at + 1 };
            let Some(mut next) = self.opening(view, from, &mut other) else { return };
            let first = next;
            while let Some(end) = self
                .piece(view, next, &mut other)
                .or_else(|| self.possessive(view, next, &mut other))
                .or_else(|| self.filler(view, next, first, &other))
                .or_else(|| self.complement(view, next, &mut other))
                .filter(|&end| end > next)
            {
                next = end;
            }
            next = self.office_in_body(view, next, &mut other).unwrap_or(next);
            // "the union's secretary for harbours and docks," goes on to the comma.
            let tail = (next..(next + 8).min(view.end))
                .find(|&at| view.is(at, &[","]))
                .filter(|&comma| !(next..comma).any(|at| matches!(view.tag(at), Tag::Verb | Tag::Aux)));
            let closes = view.is(next, &[",", "."])
                || next >= view.end
                || (view.is(next, &["for", "of", "at", "in", "and"]) && tail.is_some());
            let next = if view.is(next, &[",", "."]) { next } else { tail.unwrap_or(next) };
            if speaks && other.role.is_none() && other.party.is_some() {
                other.role = Some((Role::Voice, at + 1..at + 2));
            }
            if other.role.is_some() && other.person.is_none() && other.known_person.is_none() && closes {
                draft.title = other.title.or(draft.title.take());
                draft.role = other.role;
                draft.party = other.party.or(draft.party.take());
                draft.organisation = other.organisation;
                draft.long_name = other.long_name;
                draft.tokens.end = next;
            }
        } else if draft.role.is_some() && !has_person {
            let known = self.entity(view, at + 1).filter(|(entity, _)| entity.kind == EntityKind::Person);
            if let Some((entity, end)) = known {
                draft.known_person = Some(Arc::clone(&entity.name));
                if draft.party.is_none() {
                    draft.party = entity.party.clone().map(|party| (party, EntityKind::Person));
                }
                draft.tokens.end = end;
            } else if self.is_name_word(view, at + 1) && self.entity(view, at + 1).is_none() {
                let run = self.name_run(view, at + 1);
                let end = (at + 1..run).find(|&at| view.is(at, &["of"])).unwrap_or(run);
                // "The regional leader, Jon Berg of the Farmers' Party, has".
                let of = view.is(end, &["of"])
                    && (end..(end + 9).min(view.end)).find(|&at| view.is(at, &[","])).is_some_and(|comma| {
                        !(end..comma).any(|at| matches!(view.tag(at), Tag::Verb | Tag::Aux))
                    });
                let closes = view.is(end, &[",", "."]) || end >= view.end || of;
                if closes && end >= at + 3 && !self.is_organisation(view, at + 1..end) {
                    draft.person = Some(at + 1..end);
                    draft.tokens.end = end;
                }
            }
        }
    }
}

/// Whether a role tells better than the one read before for whom a phrase speaks: "army spokesman" is of the army.
pub(super) fn outranks(new: Role, old: Role) -> bool {
    old == Role::Voice
        || (new != Role::Voice && !(old.speaks_for_state() && new.speaks_for_state()) && new > old)
        || (old == Role::Government && new.speaks_for_state())
}
