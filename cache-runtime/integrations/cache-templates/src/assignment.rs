//! What a statement assigns.

use crate::scanner::{Token, tokens};

/// An assignment, from the code behind `set`, or a part of `with`.
#[derive(Debug)]
pub struct Assignment<'s> {
    /// The variables that it changes, without their attributes.
    pub targets: Vec<&'s str>,
    /// Those of which it changes an attribute: `ns` in `ns.total = 1`.
    pub owners: Vec<&'s str>,
    /// What stands behind `=`; `None` in a block.
    pub value: Option<&'s str>,
}

impl<'s> Assignment<'s> {
    /// Reads an assignment.
    pub fn new(code: &'s str) -> Self {
        let tokens = tokens(code);
        // A block's name may have a filter behind it, with arguments.
        let (before, value) = match tokens.iter().position(|token| matches!(token.text, "=" | "|")) {
            Some(at) if tokens[at].text == "=" => (&tokens[..at], Some(&code[tokens[at].at + 1..])),
            Some(at) => (&tokens[..at], None),
            None => (&tokens[..], None),
        };
        let has_attribute = |at: usize| before.get(at + 1).is_some_and(|next| next.text == ".");
        let owners = (0..before.len()).filter(|at| has_attribute(*at) && (*at == 0 || before[*at - 1].text != "."));
        Assignment { targets: variables(before), owners: owners.map(|at| before[at].text).collect(), value }
    }
}

/// The variables among tokens, without their attributes.
pub fn variables<'s>(tokens: &[Token<'s>]) -> Vec<&'s str> {
    let is_attribute = |at: usize| at > 0 && tokens[at - 1].text == ".";
    let names = tokens.iter().enumerate().filter(|(at, token)| token.is_name() && !is_attribute(*at));
    names.map(|(_, token)| token.text).collect()
}
