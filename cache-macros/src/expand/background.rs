//! A function whose body may run in a task that outlives the call.
//!
//! ```text
//! fn load(id: &str) -> User { body }
//!
//! fn load(id: &str) -> User {
//!     match blocking::lookup(options, key, outcome) {
//!         Lookup::Hit(hit) => hit.whole(),
//!         Lookup::Compute(computation) => {
//!             let copy_0 = own(id);
//!             blocking::recompute(computation, move || load::load(copy_0.get()))
//!         }
//!     }
//! }
//! ```
//!
//! An `async fn` gives `recompute` an async block. The body exists once, so that its statics and closures are one, and runs
//! in place or in a task.

use std::convert::identity;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};

use super::{Expansion, rename_self};
use crate::borrowed::BorrowedArgument;
use crate::companions::{Companions, Parameter};
use crate::signature::Argument;

impl Expansion<'_> {
    /// The name by which a function without companions has a borrowed argument.
    pub(super) fn outer_name(&self, name: &Ident) -> Ident {
        let mut outer = name.clone();
        // No lint finds that such an argument is used, unless the attribute names it.
        if name.to_string().starts_with('_') && !self.plan.uses(name) {
            outer.set_span(name.span().resolved_at(Span::mixed_site()));
        }
        outer
    }

    /// The two halves of a call, placed at the return type as the call of other functions.
    pub(super) fn background_call(&self, borrowed: &[BorrowedArgument]) -> TokenStream {
        let (place, support, mode, wait) = (self.place, self.support(self.place), self.mode(), self.wait());
        let (outcome, judged) = (self.outcome_of_call(), self.whole());
        let (copies, checks) = (self.copies(borrowed), self.checks(borrowed));
        let body = match &self.plan.companions {
            Some(companions) => self.run_of_copies(companions, borrowed),
            None => self.body_of_copies(borrowed),
        };
        let lookup = quote_spanned!(place=> #mode::lookup(options, key, #outcome, near) #wait);
        let computation = Ident::new("computation", Span::mixed_site());
        let recompute = quote_spanned!(place=> #mode::recompute(#computation, #body) #wait);
        self.after_key(
            &quote!(false),
            &quote_spanned! {Span::mixed_site()=>
                match #lookup {
                    #support::Lookup::Hit(hit) => hit.whole() #judged,
                    #support::Lookup::Compute(#computation) => {
                        #copies
                        #checks
                        #recompute #judged
                    }
                }
            },
        )
    }

    /// The body as a task can run it: it owns what it uses, and borrows from copies of what is borrowed.
    fn body_of_copies(&self, borrowed: &[BorrowedArgument]) -> TokenStream {
        let has_self = borrowed.iter().any(|borrowed| borrowed.name == "self");
        let statements = self.block(if has_self { rename_self::without_self } else { identity });
        let borrows = borrowed.iter().enumerate().map(|(number, BorrowedArgument { name, mutability })| {
            let (copy, name) = (copy(number), if name == "self" { &rename_self::this(name.span()) } else { name });
            // The body need not use an argument that the key uses.
            quote_spanned!(Span::mixed_site()=> let #mutability #name = #copy.get(); let _ = &#name;)
        });
        let block = quote_spanned!(Span::mixed_site()=> { #(#borrows)* #statements });
        let run = self.closure(&block, &quote!(move));
        let support = self.support(Span::mixed_site());
        match self.is_async() {
            true => self.detached(quote_spanned!(Span::mixed_site()=> #support::asynchronous::run(#run))),
            false if self.closure_about_value().is_none() => run,
            false => self.detached(quote_spanned!(Span::mixed_site()=> (#run)())),
        }
    }

    /// A run of the function with the body, as a task can do it.
    fn run_of_copies(&self, companions: &Companions, borrowed: &[BorrowedArgument]) -> TokenStream {
        let run = self.run(companions, |Parameter { name, .. }| match position(borrowed, name).map(copy) {
            Some(copy) => quote_spanned!(self.place=> #copy.get()),
            None => name.to_token_stream(),
        });
        self.detached(run)
    }

    /// A run of the body as a closure, or a future, that owns what it uses.
    fn detached(&self, run: TokenStream) -> TokenStream {
        let wait = self.wait();
        let judged = self.judged(quote_spanned!(self.place=> #run #wait));
        match self.is_async() {
            true => quote_spanned!(self.place=> async move { #judged }),
            false => quote_spanned!(self.place=> move || #judged),
        }
    }

    /// Checks of the arguments that move into the task: the compiler underlines one that cannot.
    fn checks(&self, borrowed: &[BorrowedArgument]) -> TokenStream {
        // The names that the body has for them.
        let names: Vec<Ident> = match &self.plan.companions {
            Some(companions) => companions.parameters.iter().map(|parameter| parameter.name.clone()).collect(),
            None => {
                let arguments = self.function.arguments().into_iter();
                arguments.filter(Argument::is_meant).map(|argument| argument.name).collect()
            }
        };
        let checks = names.iter().filter(|name| position(borrowed, name).is_none()).map(|name| {
            let place = name.span().resolved_at(Span::mixed_site());
            let support = self.support(place);
            quote_spanned!(place=> #support::require_task(&#name);)
        });
        checks.collect()
    }

    /// Copies of what is borrowed. The compiler underlines an argument that cannot be copied, or whose copy cannot move.
    fn copies(&self, borrowed: &[BorrowedArgument]) -> TokenStream {
        let copies = borrowed.iter().enumerate().map(|(number, borrowed)| {
            let place = borrowed.name.span().resolved_at(Span::mixed_site());
            let (support, copy) = (self.support(place), copy(number));
            let name = match &self.plan.companions {
                Some(companions) => companions.name_of(&borrowed.name).clone(),
                None => self.outer_name(&borrowed.name),
            };
            quote_spanned!(place=> let #copy = #support::own(#name);)
        });
        copies.collect()
    }
}

pub(super) fn position(borrowed: &[BorrowedArgument], name: &Ident) -> Option<usize> {
    borrowed.iter().position(|borrowed| borrowed.name == *name)
}

fn copy(number: usize) -> Ident {
    Ident::new(&format!("copy_{number}"), Span::mixed_site())
}
