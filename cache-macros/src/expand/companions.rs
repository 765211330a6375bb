//! What stands beside a cached function.
//!
//! ```text
//! fn load(id: u64) -> User { body }
//!
//! fn load(id: u64) -> User { blocking(…, load::__key(&id), …, load::uncached(id)) }
//! struct load {}
//! impl load {
//!     fn __key(id: &u64) -> Result<String> { template_key(…) }
//!     fn uncached(id: u64) -> User { body }
//!     fn refresh(id: u64) -> User { refresh(…, Self::__key(&id), …, Self::uncached(id)) }
//!     fn invalidate(id: u64) -> Result<bool> { invalidate(…, Self::__key(&id)) }
//!     …
//! }
//! ```
//!
//! The key is made in one place, so that all agree on it, and the body stands in one place, so that its statics are one.
//! In an `impl`, where no type can stand, they are functions with the method's name in front: `price_invalidate`.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::{Attribute, FnArg, ReceiverKind, Token, Type};

use super::beside::{self, BODY, KEY, named, type_name};
use super::{attributes, each, elided, key, lent_body, outcome, place_of, private, returned, store_if, terms};
use crate::beside::{Beside, Parameter};
use crate::plan::Plan;
use crate::returns;
use crate::signature::{Body, Function};

/// All of it.
pub(super) fn items(function: &Function, plan: &Plan, beside: &Beside) -> TokenStream {
    let companions = Companions { function, plan, beside };
    let (body, functions) = (companions.uncached(), companions.around());
    if beside.in_impl {
        return quote!(#body #functions);
    }
    let quiet = quiet();
    let (name, vis, cfg) = (type_name(function), &function.vis, attributes::cfg(&function.attrs));
    let about = format!("What stands beside the function `{}`.", function.sig.ident.unraw());
    let Head { start, end } = Head::of(function);
    let (structure, implementation) = (Token![struct](start), Token![impl](start));
    let [nothing, body, functions] = [TokenStream::new(), body, functions].map(|inside| braced(end, &inside));
    quote_spanned! {Span::mixed_site()=>
        #(#cfg)*
        #[doc = #about]
        #[doc(hidden)]
        #quiet
        #vis #structure #name #nothing

        #(#cfg)*
        #implementation #name #body

        #(#cfg)*
        #quiet
        #implementation #name #functions
    }
}

/// A paragraph for the documentation of the function, if it has any: what stands beside it is not seen there.
pub(super) fn paragraph(function: &Function, beside: &Beside) -> Option<Attribute> {
    if !function.attrs.iter().any(|attr| attr.path().is_ident("doc")) {
        return None;
    }
    let name = function.sig.ident.unraw();
    let front = if beside.in_impl { format!("{name}_") } else { format!("{name}::") };
    let names = ["invalidate", "refresh", "peek", "prime", "uncached", "key"].map(|which| format!("`{front}{which}`"));
    let text = format!("\n\nIts results are cached. Beside it stand {}.", names.join(", "));
    Some(syn::parse_quote!(#[doc = #text]))
}

/// From where to where the compiler underlines what cannot stand beside the function: the words `fn load`.
struct Head {
    start: Span,
    end: Span,
}

impl Head {
    fn of(Function { sig, .. }: &Function) -> Self {
        let own = |place: Span| place.resolved_at(Span::mixed_site());
        Head { start: own(sig.fn_token.span), end: own(sig.ident.span()) }
    }
}

fn braced(place: Span, inside: &TokenStream) -> TokenStream {
    quote_spanned!(place=> { #inside })
}

const REFRESH: &str = "Runs the body now, and keeps what it returns.";

struct Companions<'a> {
    function: &'a Function,
    plan: &'a Plan,
    beside: &'a Beside,
}

/// A companion, as far as it is not like all others.
struct Companion {
    which: &'static str,
    about: &'static str,
    arguments: TokenStream,
    /// A type argument of its own, and what is asked of it.
    generic: Option<(TokenStream, TokenStream)>,
    output: TokenStream,
    body: TokenStream,
}

impl Companions<'_> {
    /// All but the body.
    fn around(&self) -> TokenStream {
        let companions = [
            (true, self.refresh()),
            (true, self.invalidate()),
            (true, self.peek()),
            (true, self.prime()),
            (false, self.key()),
        ];
        let companions = companions.map(|(asks_the_store, companion)| self.written(asks_the_store, companion));
        std::iter::once(self.made_key()).chain(companions).collect()
    }

    fn written(&self, asks_the_store: bool, companion: Companion) -> TokenStream {
        let Companion { which, about, arguments, generic, output, body } = companion;
        let Function { vis, sig, .. } = self.function;
        let (name, cfg, quiet) = (named(self.function, self.beside, which), self.cfg(), self.quiet());
        let asyncness = sig.asyncness.filter(|_| asks_the_store);
        let (param, bound) = generic.unzip();
        let params: Vec<_> = sig.generics.params.iter().map(ToTokens::to_token_stream).chain(param).collect();
        let params = (!params.is_empty()).then(|| quote!(<#(#params),*>));
        let bounds = sig.generics.where_clause.iter().flat_map(|clause| &clause.predicates);
        let bounds: Vec<_> = bounds.map(ToTokens::to_token_stream).chain(bound).collect();
        let bounds = (!bounds.is_empty()).then(|| quote!(where #(#bounds),*));
        let Head { start, end } = Head::of(self.function);
        let (word, body) = (Token![fn](start), braced(end, &body));
        // Inlined, so that what nobody calls is not compiled to the end.
        quote_spanned! {Span::mixed_site()=>
            #(#cfg)*
            #[doc = #about]
            #quiet
            #[inline]
            #vis #asyncness #word #name #params(#arguments) -> #output #bounds #body
        }
    }

    /// The key, or why there is none.
    fn made_key(&self) -> TokenStream {
        let (name, cfg, quiet) = (named(self.function, self.beside, KEY), self.cfg(), self.quiet());
        let (generics, bounds) = (&self.function.sig.generics, &self.function.sig.generics.where_clause);
        let arguments = self.beside.keyed(false).map(lent);
        let apart = self.beside.keyed(false).filter_map(|parameter| {
            let (pattern, name) = (parameter.lent_pattern()?, &parameter.name);
            Some(quote_spanned!(Span::mixed_site()=> let #pattern = #name;))
        });
        let (private, key) = (self.private(), key::key(self.plan, Some(&self.standing_for())));
        let Head { start, end } = Head::of(self.function);
        let (word, body) = (Token![fn](start), braced(end, &quote!(#(#apart)* #key)));
        quote_spanned! {Span::mixed_site()=>
            #(#cfg)*
            #[doc(hidden)]
            #quiet
            #word #name #generics(#(#arguments),*) -> #private::Result<::std::string::String> #bounds #body
        }
    }

    /// The end of the key maker's path, and what the function's has in its place.
    fn standing_for(&self) -> (String, String) {
        let (name, function) = (named(self.function, self.beside, KEY), self.function.sig.ident.unraw());
        let end = if self.beside.in_impl { format!("::{function}") } else { String::new() };
        (format!("::{name}"), end)
    }

    /// The body, and all that the user said about it.
    fn uncached(&self) -> TokenStream {
        let Function { attrs, vis, sig, body } = self.function;
        let Body::Present { brace, attrs: inner, statements } = body else {
            unreachable!("a cached function has a body")
        };
        let mut sig = sig.clone();
        sig.ident = named(self.function, self.beside, BODY);
        attributes::keep_levels(&mut sig);
        let (cfg, levels, own_lints) = (self.cfg(), attributes::levels(attrs), own_lints());
        // What the attribute uses need not be used here.
        let parameters = self.beside.parameters.iter();
        let used = parameters.filter(|parameter| parameter.in_terms || parameter.in_condition);
        let used = key::names(&self.plan.key).chain(used.map(|parameter| &parameter.name));
        let element = self.plan.each.as_ref().map(|each| &each.element);
        let is_used = |name: &&Ident| *name != "self" && Some(*name) != element && !name.to_string().starts_with('_');
        let used = used.filter(is_used);
        let used = quote_spanned!(Span::mixed_site()=> #(let _ = &#used;)*);
        let mut block = TokenStream::new();
        brace.surround(&mut block, |inside| inside.extend(quote!(#(#inner)* #used #statements)));
        quote_spanned! {Span::mixed_site()=>
            #(#cfg)*
            #[doc = "Runs the body, and leaves the cache alone."]
            #own_lints
            #(#levels)*
            #vis #sig #block
        }
    }

    fn refresh(&self) -> Companion {
        let sig = beside::signature(&self.function.sig, self.beside);
        let (inputs, output) = (&sig.inputs, returned(&sig));
        if let Some(each) = &self.plan.each {
            let call = each::call("All", &quote!(Self), self.function, self.plan, each);
            return Companion {
                which: "refresh",
                about: REFRESH,
                arguments: quote!(#inputs),
                generic: None,
                output,
                body: call,
            };
        }
        let (terms, outcome) = (terms::terms(self.plan), store_if::outcome_of(self.function, self.plan));
        let (key, body) = (self.made(), self.run());
        Companion {
            which: "refresh",
            about: REFRESH,
            arguments: quote!(#inputs),
            generic: None,
            body: store_if::whole(self.plan, self.asked("refresh", &quote!(#terms, #key, #outcome, #body))),
            output,
        }
    }

    fn invalidate(&self) -> Companion {
        let (cache, key, private) = (terms::cache(self.plan), self.made(), self.private());
        Companion {
            which: "invalidate",
            about: "Forgets what is kept for these arguments, and tells whether there was anything.\n\n\
                    # Errors\n\nThe store's; and that the arguments make no key.",
            arguments: self.keyed(false),
            generic: None,
            output: quote!(#private::Result<bool>),
            body: self.asked("invalidate", &quote!(#cache, #key)),
        }
    }

    fn peek(&self) -> Companion {
        let (cache, key, private) = (terms::cache(self.plan), self.made(), self.private());
        let (ask, found) = match returns::ok(&self.function.sig.output) {
            _ if self.plan.each.is_some() => ("peek", self.returned()),
            Some(ok) => ("peek", elided::owned(ok.to_token_stream())),
            None => ("peek_whole", self.returned()),
        };
        let outcome = self.outcome();
        Companion {
            which: "peek",
            about: "What is kept for these arguments; the body does not run.\n\n\
                    # Errors\n\nThe store's; and that the arguments make no key.",
            arguments: self.keyed(false),
            generic: None,
            output: quote!(#private::Result<::core::option::Option<#found>>),
            body: self.asked(ask, &quote!(#cache, #key, #outcome)),
        }
    }

    fn prime(&self) -> Companion {
        let (terms, key, private) = (terms::terms(self.plan), self.made(), self.private());
        let (outcome, returned, arguments) = (self.outcome(), self.returned(), self.keyed(true));
        let (given, value) = (format_ident!("__Given"), Ident::new("value", Span::mixed_site()));
        let of = quote!(#private::Returns::<#returned>::new());
        Companion {
            which: "prime",
            about: "Keeps a value for these arguments as if the body had returned it.\n\n\
                    # Errors\n\nThe store's; that the arguments make no key; and that serde cannot write the value.",
            arguments: quote!(#arguments #value: &#given),
            generic: Some((
                quote!(#given),
                quote!(#private::Returns<#returned>: #private::Stores<#given, Whole = #returned>),
            )),
            output: quote!(#private::Result<()>),
            body: self.asked("prime", &quote!(#terms, #key, #outcome, #of, #value)),
        }
    }

    fn key(&self) -> Companion {
        let (key, private) = (self.made(), self.private());
        Companion {
            which: "key",
            about: "The key of these arguments as it stands in the store; empty where they make none, because then \
                    nothing is kept.",
            arguments: self.keyed(false),
            generic: None,
            output: quote!(::std::string::String),
            body: quote_spanned!(Span::mixed_site()=> #private::key(#key)),
        }
    }

    /// A call into the runtime, in the face of the function.
    ///
    /// It is placed at the return type, as that of the function itself, so that what is wrong with it is said once.
    fn asked(&self, what: &str, arguments: &TokenStream) -> TokenStream {
        let place = place_of(&self.function.sig);
        let private = private(self.plan, place);
        match self.function.sig.asyncness {
            Some(_) => {
                let what = format_ident!("{what}_async", span = place);
                quote_spanned!(place=> #private::#what(#arguments).await)
            }
            None => {
                let what = Ident::new(what, place);
                quote_spanned!(place=> #private::#what(#arguments))
            }
        }
    }

    /// A run of the body.
    fn run(&self) -> TokenStream {
        let run = beside::run(&quote!(Self), self.function, self.beside, beside::passed);
        lent_body(run, self.function, self.plan)
    }

    fn made(&self) -> TokenStream {
        beside::key(&quote!(Self), self.function, self.beside, beside::lent)
    }

    fn outcome(&self) -> TokenStream {
        if let Some(each) = &self.plan.each {
            return each::outcome(self.plan, each);
        }
        outcome(self.plan, &self.returned(), place_of(&self.function.sig))
    }

    /// The return type, or that of each element, where a signature's words stand.
    fn returned(&self) -> TokenStream {
        if let Some(each) = &self.plan.each {
            return elided::owned(each.value.to_token_stream());
        }
        elided::owned(returned(&self.function.sig))
    }

    fn private(&self) -> TokenStream {
        private(self.plan, Span::mixed_site())
    }

    /// The arguments of what asks by the key, each with a comma after it.
    fn keyed(&self, with_terms: bool) -> TokenStream {
        let inputs = self.beside.keyed(with_terms).map(|parameter| match &parameter.input {
            FnArg::Receiver(_) => lent(parameter),
            FnArg::Typed(argument) => match &parameter.one {
                Some((name, ty)) => quote!(#name: #ty),
                None => {
                    let (name, ty) = (&parameter.name, &argument.ty);
                    quote!(#name: #ty)
                }
            },
        });
        quote!(#(#inputs,)*)
    }

    /// As of `cfg`.
    fn quiet(&self) -> Option<TokenStream> {
        self.beside.in_impl.then(quiet)
    }

    /// On functions in an impl; the type's own has them itself.
    fn cfg(&self) -> Vec<&Attribute> {
        if self.beside.in_impl { attributes::cfg(&self.function.attrs) } else { Vec::new() }
    }
}

/// The argument as a reference to what the function is given.
fn lent(parameter: &Parameter) -> TokenStream {
    if let Some((name, ty)) = &parameter.one {
        return quote!(#name: &#ty);
    }
    let name = &parameter.name;
    match &parameter.input {
        FnArg::Receiver(receiver) => match &receiver.kind {
            ReceiverKind::Typed(_, ty) => match &**ty {
                Type::Reference(reference) => {
                    let inside = &reference.elem;
                    quote!(#name: &#inside)
                }
                ty => quote!(#name: &#ty),
            },
            _ => quote!(&#name),
        },
        FnArg::Typed(argument) => match &*argument.ty {
            ty @ (Type::ImplTrait(_) | Type::TraitObject(_)) => quote!(#name: &(#ty)),
            ty => quote!(#name: &#ty),
        },
    }
}

/// What the function itself is told of: its documentation, and that it might be something else, which it may not.
fn own_lints() -> TokenStream {
    quote! {
        #[allow(
            clippy::missing_errors_doc,
            clippy::missing_panics_doc,
            clippy::must_use_candidate,
            clippy::missing_const_for_fn,
            clippy::unused_async,
            clippy::extra_unused_type_parameters
        )]
    }
}

/// A companion that nobody calls is no fault of the user's, nor is what it has of the function's signature.
fn quiet() -> TokenStream {
    quote!(#[allow(unused, single_use_lifetimes, unused_lifetimes, clippy::all, clippy::pedantic, clippy::nursery)])
}
