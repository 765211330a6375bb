//! The way of a check: what is known near, the store, and what happens without the store.

use smallvec::SmallVec;

use super::decision::CountedIn;
use super::increments::Incrementing;
use super::limiter::{Limiter, WhenAway};
use super::rule::{Rule, fingerprint};
use super::source::{InStore, Source};
use super::{Decision, LimitState, RateLimited, Who};
use crate::key::{WhoDigest, check_namespace};
use crate::mode::Mode;
use crate::near::{Refusal, Stamps};
use crate::observe::Event;
use crate::store::{Count, Step};
use crate::time::Timestamp;
use crate::{Error, ErrorKind, Result};

/// One question to a limiter.
#[derive(Clone, Copy)]
struct Question {
    who: WhoDigest,
    now: Timestamp,
    cost: i64,
    /// Whether a request that passes is counted.
    counts: bool,
}

/// The counts of one rule: its own and its ban, as they were found.
struct Found<'a> {
    rule: &'a Rule,
    previous: i64,
    count: Option<Count>,
    ban: Option<Count>,
}

impl Limiter {
    /// Checks, and counts what passes.
    pub(super) async fn check<M: Mode>(&self, mode: &M, who: WhoDigest) -> Result<Decision> {
        let question = Question { who, now: self.handle.now(), cost: self.cost, counts: true };
        let refused = (fingerprint(&self.handle.view.namespace, &self.rules), who);
        let near = self.handle.core.limits.refusals.get(&refused, self.cost, question.now);
        if let Some(decision) = near.and_then(|refusal| self.refused_near(&refusal, question.now)) {
            self.report(&decision);
            return Ok(decision);
        }
        let stamps = self.stamps(&question);
        let decision = self.decide(mode, &question).await?;
        if !decision.allowed {
            self.report(&decision);
            if let (Some(stamps), CountedIn::Store) = (stamps, decision.counted_in) {
                self.handle.core.limits.refusals.keep(refused, self.refusal(&decision, &question, stamps));
            }
        }
        Ok(decision)
    }

    /// Says what a check would, and counts nothing.
    pub(crate) async fn peek<M: Mode>(&self, mode: &M, who: WhoDigest) -> Result<Decision> {
        let question = Question { who, now: self.handle.now(), cost: self.cost, counts: false };
        self.decide(mode, &question).await
    }

    /// Forgets what was counted of somebody, and returns whether there was anything.
    pub(crate) async fn reset<M: Mode>(&self, mode: &M, who: WhoDigest) -> Result<bool> {
        let now = self.handle.now();
        let keys = self.keys(&who, now);
        let _ = self.handle.core.limits.local.delete(keys.clone(), now).await;
        InStore { handle: &self.handle, mode }.delete(keys, now).await
    }

    /// Takes back what a check has counted, unless its window is over.
    pub(super) async fn give_back<M: Mode>(&self, mode: &M, who: WhoDigest, decision: &Decision, at: Timestamp) {
        let (now, namespace) = (self.handle.now(), &self.handle.view.namespace);
        let in_force = self.rules.iter().zip(&decision.limits).filter(|(_, state)| now < at.after(state.reset_after));
        let steps: Vec<Step> =
            in_force.map(|(rule, _)| rule.step(rule.key(namespace, &who, at), -self.cost, 0, now)).collect();
        if steps.is_empty() {
            return;
        }
        let given_back = match decision.counted_in {
            CountedIn::Nowhere => return,
            CountedIn::Process => self.handle.core.limits.local.count_within(steps).await,
            CountedIn::Store if self.is_bounded => InStore { handle: &self.handle, mode }.count_within(steps).await,
            CountedIn::Store => Incrementing(InStore { handle: &self.handle, mode }).count_within(steps).await,
        };
        if let Err(error) = given_back {
            self.handle.log_failure(&error);
        }
    }

    /// Asks the store, or does what is to be done while it is away.
    async fn decide<M: Mode>(&self, mode: &M, question: &Question) -> Result<Decision> {
        let store = InStore { handle: &self.handle, mode };
        let decided = if self.is_bounded {
            self.decide_by(&store, question, CountedIn::Store).await
        } else {
            Box::pin(self.decide_by(&Incrementing(store), question, CountedIn::Store)).await
        };
        let error = match decided {
            Ok(decision) => return Ok(decision),
            Err(error) => error.context(format_args!("the limit `{}`", self.name())),
        };
        match self.when_away {
            WhenAway::Closed => return Err(error),
            WhenAway::Open | WhenAway::Local => self.handle.log_failure(&error),
        }
        if self.when_away == WhenAway::Local {
            let local = &self.handle.core.limits.local;
            return Box::pin(self.decide_by(local, question, CountedIn::Process)).await;
        }
        let untouched = self
            .rules
            .iter()
            .map(|rule| state(rule, Found { rule, previous: 0, count: None, ban: None }, 0, question.now));
        Ok(Decision::new(true, untouched.collect(), CountedIn::Nowhere))
    }

    async fn decide_by<S: Source>(&self, source: &S, question: &Question, place: CountedIn) -> Result<Decision> {
        let Question { who, now, cost, counts } = *question;
        let namespace = &self.handle.view.namespace;
        let previous = self.previous_counts(source, question).await?;
        let mut steps = Vec::with_capacity(self.rules.len() * 2);
        for (rule, previous) in self.rules.iter().zip(&previous) {
            let ban = rule.ban_key(namespace, &who).zip(rule.ban_expiration(now));
            steps.extend(ban.map(|(key, expiration)| Step::new(key, 0, 0, expiration)));
            let by = if counts { cost } else { 0 };
            steps.push(rule.step(rule.key(namespace, &who, now), by, *previous, now));
        }
        let counted = source.count_within(steps).await?;
        let mut found = counted.counts.into_iter();
        let mut next = || found.next().flatten();
        let is_counted = counts && counted.granted;
        let mut states: SmallVec<[LimitState; 1]> = SmallVec::new();
        for (rule, previous) in self.rules.iter().zip(previous) {
            let found = Found { rule, previous, ban: rule.ban.and_then(|_| next()), count: next() };
            let (is_banned, cost) = (found.ban.is_some(), if is_counted { 0 } else { cost });
            let mut state = state(rule, found, cost, now);
            if counts && !state.retry_after.is_zero() && !is_banned {
                self.ban(source, rule, question, &mut state).await?;
            }
            states.push(state);
        }
        let allowed = if counts { counted.granted } else { states.iter().all(|state| state.retry_after.is_zero()) };
        // Where nothing can be counted, nobody can tell when there will be room.
        if !allowed && states.iter().all(|state| state.retry_after.is_zero()) {
            states.iter_mut().for_each(|state| state.retry_after = state.within);
        }
        Ok(Decision::new(allowed, states, place))
    }

    /// Bans somebody whom a rule has refused, if it bans. Others who are refused at the same moment do not extend it: the
    /// counter keeps the expiry with which it started.
    async fn ban<S: Source>(&self, source: &S, rule: &Rule, question: &Question, state: &mut LimitState) -> Result<()> {
        let key = rule.ban_key(&self.handle.view.namespace, &question.who);
        let (Some(ban), Some(key), Some(expiration)) = (rule.ban, key, rule.ban_expiration(question.now)) else {
            return Ok(());
        };
        source.increment(key, expiration).await?;
        state.retry_after = state.retry_after.max(ban);
        state.reset_after = state.reset_after.max(ban);
        Ok(())
    }

    /// The counts of the windows before, 0 where a rule has none. They are over and do not change.
    async fn previous_counts<S: Source>(&self, source: &S, question: &Question) -> Result<SmallVec<[i64; 1]>> {
        let namespace = &self.handle.view.namespace;
        let keys: SmallVec<[Option<String>; 1]> =
            self.rules.iter().map(|rule| rule.previous_key(namespace, &question.who, question.now)).collect();
        if keys.iter().all(Option::is_none) {
            return Ok(SmallVec::from_elem(0, keys.len()));
        }
        let mut numbers = source.numbers(keys.iter().flatten().cloned().collect(), question.now).await?.into_iter();
        Ok(keys.iter().map(|key| key.as_ref().and_then(|_| numbers.next()).unwrap_or(0)).collect())
    }

    /// All keys under which somebody is counted now.
    fn keys(&self, who: &WhoDigest, now: Timestamp) -> Vec<String> {
        let namespace = &self.handle.view.namespace;
        let keys = self.rules.iter().flat_map(|rule| {
            [Some(rule.key(namespace, who, now)), rule.previous_key(namespace, who, now), rule.ban_key(namespace, who)]
        });
        keys.flatten().collect()
    }

    /// What tells whether somebody is freed from now on; `None` if the store does not announce it.
    fn stamps(&self, question: &Question) -> Option<Stamps> {
        let keys = self.keys(&question.who, question.now);
        self.handle.stamps(keys.first()?)?.with_tags(keys.iter().skip(1).map(String::as_str))
    }

    fn refusal(&self, decision: &Decision, question: &Question, stamps: Stamps) -> Refusal {
        let (at, limit) = (question.now, decision.decisive());
        Refusal {
            at,
            until: at.after(limit.retry_after),
            resets_at: at.after(limit.reset_after),
            cost: question.cost,
            remaining: limit.remaining,
            rule: decision.decisive,
            stamps,
        }
    }

    /// The decision of a refusal that still holds.
    fn refused_near(&self, refusal: &Refusal, now: Timestamp) -> Option<Decision> {
        let rule = self.rules.get(refusal.rule)?;
        let state = LimitState {
            name: rule.name.clone(),
            limit: rule.to.unsigned_abs(),
            within: rule.within,
            remaining: refusal.remaining,
            reset_after: refusal.resets_at.since(now),
            retry_after: refusal.until.since(now),
        };
        Some(Decision::new(false, SmallVec::from_elem(state, 1), CountedIn::Store))
    }

    fn report(&self, decision: &Decision) {
        let LimitState { name, limit, within, retry_after, .. } = decision.decisive();
        let event = Event::RateLimited { name, limit: *limit, within: *within, retry_after: *retry_after };
        self.handle.core.store.observers.notify(&event);
    }

    /// The digest of who is limited.
    pub(crate) fn digest<W: Who + ?Sized>(&self, who: &W) -> Result<WhoDigest> {
        let bytes = who.bytes();
        if bytes.is_empty() {
            let message = format!(
                "the limit `{}` was asked about nobody: an empty name would be one limit for all; pass an address or a name",
                self.name()
            );
            return Err(Error::new(ErrorKind::Key, message));
        }
        check_namespace(&self.handle.view.namespace)?;
        Ok(self.handle.core.limits.who.digest(&bytes))
    }

    /// Lets an attempt pass: what has been counted of it, and when.
    pub(crate) async fn enter<M: Mode>(&self, mode: &M, who: Result<WhoDigest>) -> Result<Entered, RateLimited> {
        let unchecked = |error| RateLimited::unchecked(self.name(), error);
        let (who, at) = (who.map_err(unchecked)?, self.handle.now());
        let decision = self.check(mode, who).await.map_err(unchecked)?;
        if decision.allowed { Ok(Entered { who, decision, at }) } else { Err(RateLimited::used_up(decision)) }
    }

    /// Ends an attempt. Of a limiter that counts failures only, a success is given back.
    pub(crate) async fn leave<M: Mode>(&self, mode: &M, entered: &Entered, succeeded: bool) {
        if succeeded && self.only_failures {
            self.give_back(mode, entered.who, &entered.decision, entered.at).await;
        }
    }
}

/// An attempt that may pass.
pub(crate) struct Entered {
    who: WhoDigest,
    pub(crate) decision: Decision,
    at: Timestamp,
}

/// What the counts of a rule mean for a request of this cost.
fn state(rule: &Rule, found: Found<'_>, cost: i64, now: Timestamp) -> LimitState {
    let reading = found.rule.read(found.count, found.previous, cost, now);
    let (mut retry_after, mut reset_after) = (reading.retry_after, reading.reset_after);
    let mut remaining = u64::try_from(reading.remaining).unwrap_or(0);
    if let Some(ban) = found.ban {
        retry_after = retry_after.max(ban.expires_at.since(now));
        (reset_after, remaining) = (reset_after.max(retry_after), 0);
    }
    let limit = rule.to.unsigned_abs();
    LimitState { name: rule.name.clone(), limit, within: rule.within, remaining, reset_after, retry_after }
}
