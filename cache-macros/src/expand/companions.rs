//! A cached function with companions.
//!
//! The expansion is a call of the runtime's macro `cached_function!`, whose arguments are what differs between functions.
//! That macro writes the rest: see `macro_support/cached_function.rs` of the runtime. The key is made in one function, so
//! that all companions agree on it, and the body stands in one function, so that its statics exist once.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::{Attribute, FnArg, PatType, Receiver, ReceiverKind, Signature, Token, Type};

use super::forwarding::{self, KEY, UNCACHED, body_name, companion_name, type_name};
use super::{
    after_key, arguments, attributes, background, batch, key, mode, options, outcome, place_of, returned,
    static_lifetimes, store_if, support, wait,
};
use crate::companions::{Besides, Companions, Parameter};
use crate::plan::Plan;
use crate::return_type;
use crate::signature::{Body, Function, names_in};

/// The function and its companions.
pub(super) fn with_companions(function: &Function, plan: &Plan, companions: &Companions) -> TokenStream {
    let expansion = Expansion { function, plan, companions };
    let Head { start, end } = Head::of(function);
    let arguments = [
        expansion.function(),
        expansion.companion_type(),
        expansion.calls(),
        expansion.calls_by_key(),
        expansion.companions(),
    ];
    let (support, name) = (support(plan, start), Ident::new("cached_function", end));
    let arguments = braced(end, &arguments.into_iter().collect());
    quote_spanned!(start=> #support::#name! #arguments)
}

/// What the compiler underlines if a companion cannot be declared: the words `fn load`.
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

struct Expansion<'a> {
    function: &'a Function,
    plan: &'a Plan,
    companions: &'a Companions,
}

impl Expansion<'_> {
    /// The function up to its body; and what its body consists of besides the call.
    fn function(&self) -> TokenStream {
        let Function { attrs, vis, sig, .. } = self.function;
        let (attrs, doc) = (attributes::of_function(attrs), self.paragraph());
        let (sig, warnings) = (forwarding::signature(sig, self.companions), key::warnings(&self.plan.key));
        match (&self.plan.batch, &self.plan.background) {
            (None, Some(borrowed)) => {
                let call = background::call(self.function, self.plan, borrowed);
                quote!([#(#attrs)* #doc #vis #sig] { #warnings #call })
            }
            (None, None) if self.function.sig.asyncness.is_none() && attributes::tracks_caller(&attrs) => {
                let call = tracked_call(self.function, self.plan, self.companions);
                quote!([#(#attrs)* #doc #vis #sig] { #warnings #call })
            }
            _ => quote!([#(#attrs)* #doc #vis #sig] [#warnings]),
        }
    }

    /// A paragraph for the function's documentation, if it has any.
    fn paragraph(&self) -> Option<Attribute> {
        if !self.function.attrs.iter().any(|attr| attr.path().is_ident("doc")) {
            return None;
        }
        let name = self.function.sig.ident.unraw();
        let text = match self.companions.in_impl {
            true => format!(
                "\n\nIts results are cached. Its companions are `{name}_invalidate`, `{name}_refresh` and so on."
            ),
            false => format!(
                "\n\nIts results are cached. Its companions are the functions of the type [`{name}`](type@{name})."
            ),
        };
        Some(syn::parse_quote!(#[doc = #text]))
    }

    /// The heads of the companion type and of its `impl`; nothing for a method.
    fn companion_type(&self) -> TokenStream {
        if self.companions.in_impl {
            return quote!([] []);
        }
        let (name, vis, cfg) = (type_name(self.function), &self.function.vis, attributes::cfg(&self.function.attrs));
        let text = format!("The companions of the cached function [`{0}`](fn@{0}).", self.function.sig.ident.unraw());
        let Head { start, end } = Head::of(self.function);
        let (kind, implementation) = (Token![enum](start), Token![impl](start));
        let nothing = braced(end, &TokenStream::new());
        quote!([#(#cfg)* #[doc = #text] #vis #kind #name #nothing] [#(#cfg)* #implementation #name])
    }

    /// How the runtime is called. It is placed at the return type, so that the compiler reports only once what is wrong with
    /// that.
    fn calls(&self) -> TokenStream {
        let (sig, place) = (&self.function.sig, place_of(&self.function.sig));
        let (mode, asyncness, wait) = (mode(sig, self.plan, place), sig.asyncness, wait(sig));
        let options = options::options_of_batch(self.plan);
        let (tags, variables, functions, subject, arguments, whole) = match &self.plan.batch {
            Some(batch) => {
                let elements = batch::elements(self.function, self.plan, batch);
                let arguments = batch::arguments(self.function, self.plan, batch);
                let functions = quote_spanned!(place=> [batch refresh_batch]);
                (None, quote_spanned!(place=> [options elements key]), functions, elements, arguments, None)
            }
            None => {
                let (arguments, whole) = (arguments(self.function, self.plan), store_if::whole(self.plan));
                let (variables, tags) = (quote_spanned!(place=> [options key key]), options::with_tags(self.plan));
                (tags, variables, quote_spanned!(place=> [call refresh]), self.key(), arguments, whole)
            }
        };
        quote! {
            [#mode] [#asyncness] [#wait]
            #variables [#options] [#tags] [#subject]
            #functions #arguments [#whole]
        }
    }

    /// How the runtime is called by the companions that ask by key.
    fn calls_by_key(&self) -> TokenStream {
        let place = place_of(&self.function.sig);
        let (cache, outcome) = (options::cache(self.plan), self.outcome());
        let peek = Ident::new(if self.peeks_whole() { "peek_whole" } else { "peek" }, place);
        quote_spanned! {place=>
            [invalidate #peek prime value] [#cache] [#outcome]
        }
    }

    /// The key of these arguments.
    fn key(&self) -> TokenStream {
        forwarding::key(self.function, self.companions, forwarding::borrowed)
    }

    /// What the companions are made of.
    fn companions(&self) -> TokenStream {
        let Function { vis, sig, .. } = self.function;
        let attrs = attributes::of_companions(&self.function.attrs, self.companions.in_impl);
        let generics = sig.generics.params.iter();
        let bounds = sig.generics.where_clause.iter().flat_map(|clause| &clause.predicates);
        let start_of_bounds = Token![where](place_of(sig));
        let names =
            [UNCACHED, "refresh", "invalidate", "peek", "prime", "key", "tags", KEY].map(|which| self.name(which));
        let inputs = forwarding::signature(sig, self.companions).inputs;
        let (keyed, primed) = (self.keyed(Besides::Nothing), self.keyed(Besides::TagsAndTimes));
        let (output, stored, found) = (returned(sig), self.stored(), self.found());
        let prime_tags = options::with_tags(self.plan);
        let (key, value) = (self.key(), Ident::new("value", place_of(sig)));
        let (body, run, key_function, tags) = (self.body(), self.run(), self.key_function(), self.tags());
        quote! {
            [#(#attrs)*] [#vis] [#(#names)*]
            [#(#generics,)*] [#start_of_bounds #(#bounds,)*]
            [#inputs] [#keyed] [#primed #value: &__Given] [#prime_tags]
            [#output] [#stored] [#found]
            [#key]
            [#body] [#run] #key_function #tags
        }
    }

    fn name(&self, which: &str) -> Ident {
        companion_name(self.function, self.companions, which)
    }

    /// The function with the user's body, and all that the user said about the body.
    fn body(&self) -> TokenStream {
        let Function { attrs, vis, sig, body } = self.function;
        let Body::Present { brace, attrs: inner, statements } = body else {
            unreachable!("a cached function has a body")
        };
        let sig = Signature { ident: body_name(self.function, self.companions), ..attributes::signature_of_body(sig) };
        let (cfg, attrs, used) = (self.cfg(), attributes::of_body(attrs), self.used_by_the_attribute());
        let (doc, vis) = match self.companions.in_impl {
            true => (Some(quote!(#[doc = "Runs the body and does not touch the cache."])), Some(vis)),
            false => (None, None),
        };
        // The outermost tokens are this macro's: a lint reports the item as a whole once, at the function itself.
        let place = brace.span.join().resolved_at(Span::mixed_site());
        let (vis, body) = (own_tokens(quote!(#vis)), braced(place, &quote!(#(#inner)* #used #statements)));
        quote!(#(#cfg)* #doc #(#attrs)* #vis #sig #body)
    }

    /// Statements that use the arguments which the attribute uses: the body need not use them.
    fn used_by_the_attribute(&self) -> TokenStream {
        let parameters = self.companions.parameters.iter();
        let used = parameters.filter(|parameter| parameter.in_times || parameter.in_tags || parameter.in_condition);
        let used = key::names(&self.plan.key).chain(used.map(|parameter| &parameter.name));
        let element = self.plan.batch.as_ref().map(|batch| &batch.element);
        let mut used: Vec<&Ident> = used
            .filter(|name| *name != "self" && Some(*name) != element && !name.to_string().starts_with('_'))
            .collect();
        used.dedup();
        quote_spanned!(Span::mixed_site()=> #(let _ = &#used;)*)
    }

    /// A run of the body, for the companion that does nothing else. The body of a method is that companion itself.
    fn run(&self) -> Option<TokenStream> {
        let wait = wait(&self.function.sig);
        let run = || forwarding::run(self.function, self.companions, forwarding::passed);
        (!self.companions.in_impl).then(run).map(|run| quote!(#run #wait))
    }

    /// The arguments and the body of the function that makes the key.
    fn key_function(&self) -> TokenStream {
        let keyed = || self.companions.keyed(Besides::Nothing);
        let support = support(self.plan, Span::mixed_site());
        let arguments = keyed().map(|parameter| by_reference(parameter, &support));
        let patterns = keyed().filter_map(|parameter| {
            let (pattern, name) = (parameter.pattern_of_reference()?, &parameter.name);
            let names = names_in(&pattern);
            Some(quote_spanned!(Span::mixed_site()=> let #pattern = #name; #(let _ = #names;)*))
        });
        let end =
            if self.companions.in_impl { format!("::{}", self.function.sig.ident.unraw()) } else { String::new() };
        let key =
            key::key(self.plan, Some(&key::PathEnds { key_function: format!("::{}", self.name(KEY)), function: end }));
        quote!([#(#arguments),*] [#(#patterns)* #key])
    }

    /// The arguments and the body of the companion `tags`; nothing without tags.
    fn tags(&self) -> TokenStream {
        if self.plan.tags.is_empty() {
            return quote!([] []);
        }
        let (arguments, tags) = (self.keyed(Besides::Tags), options::tags(self.plan));
        let unused = self.companions.keyed(Besides::Tags).map(|parameter| match &parameter.element {
            Some((element, _)) => element,
            None => &parameter.name,
        });
        let support = support(self.plan, Span::mixed_site());
        quote_spanned!(Span::mixed_site()=> [#arguments] [#(let _ = &#unused;)* #support::tags(#tags)])
    }

    /// Whether `peek` finds what the function returns, and not the `Ok` of that or a value of a batch.
    fn peeks_whole(&self) -> bool {
        self.plan.batch.is_none() && return_type::ok(&self.function.sig.output).is_none()
    }

    /// The type of what `peek` finds.
    fn found(&self) -> TokenStream {
        match return_type::ok(&self.function.sig.output) {
            Some(ok) if self.plan.batch.is_none() => static_lifetimes::named(ok.to_token_stream()),
            _ => self.stored(),
        }
    }

    fn outcome(&self) -> TokenStream {
        match &self.plan.batch {
            Some(batch) => batch::outcome_of_element(self.plan, batch),
            None => outcome(self.plan, &self.stored(), place_of(&self.function.sig)),
        }
    }

    /// The return type, or that of each element, for signatures.
    fn stored(&self) -> TokenStream {
        match &self.plan.batch {
            Some(batch) => static_lifetimes::named(batch.value.to_token_stream()),
            None => static_lifetimes::named(returned(&self.function.sig)),
        }
    }

    /// The arguments of a companion that asks by key, each followed by a comma.
    fn keyed(&self, besides: Besides) -> TokenStream {
        let inputs = self.companions.keyed(besides).map(|parameter| match (&parameter.input, &parameter.element) {
            (FnArg::Receiver(receiver), _) => receiver_by_reference(receiver),
            (FnArg::Typed(_), Some((name, ty))) => quote!(#name: #ty),
            (FnArg::Typed(argument), None) => {
                let (name, ty) = (&parameter.name, &argument.ty);
                quote!(#name: #ty)
            }
        });
        quote!(#(#inputs,)*)
    }

    /// For functions in an `impl`. The companion type has the attributes itself.
    fn cfg(&self) -> Vec<&Attribute> {
        if self.companions.in_impl { attributes::cfg(&self.function.attrs) } else { Vec::new() }
    }
}

/// A call in two halves, between which the function calls its body directly and so passes on the location of its caller.
fn tracked_call(function: &Function, plan: &Plan, companions: &Companions) -> TokenStream {
    let place = place_of(&function.sig);
    let (support, outcome) = (support(plan, place), store_if::outcome_of_call(function, plan));
    let run = forwarding::run(function, companions, forwarding::passed);
    let (run, whole) = (store_if::judged(function, plan, run), store_if::whole(plan));
    let call = quote_spanned! {place=>
        match #support::begin(options, key, #outcome) {
            #support::Begun::Hit(result) => result #whole,
            #support::Begun::Compute(running) => running.finish(#run) #whole,
        }
    };
    after_key(function, plan, &call)
}

/// The tokens with this macro's hygiene.
fn own_tokens(tokens: TokenStream) -> TokenStream {
    let own = tokens.into_iter().map(|mut token| {
        token.set_span(token.span().resolved_at(Span::mixed_site()));
        token
    });
    own.collect()
}

/// The argument as a reference to the function's own, under another name for `&T`: clippy advises against `&String`.
fn by_reference(Parameter { name, input, element, .. }: &Parameter, support: &TokenStream) -> TokenStream {
    match (input, element) {
        (_, Some((name, ty))) => quote!(#name: #support::Ref<'_, #ty>),
        (FnArg::Typed(PatType { ty, .. }), None) => quote!(#name: #support::Ref<'_, #ty>),
        (FnArg::Receiver(receiver), None) => receiver_by_reference(receiver),
    }
}

/// The receiver as a reference, in its short form where there is one.
fn receiver_by_reference(receiver: &Receiver) -> TokenStream {
    let name = &receiver.self_token;
    let inner = match &receiver.kind {
        ReceiverKind::Typed(_, ty) => match &**ty {
            Type::Reference(reference) => &reference.elem,
            _ => ty,
        },
        _ => return quote!(&#name),
    };
    match return_type::as_path(inner) {
        Some(path) if path.path.is_ident("Self") => quote!(&#name),
        _ => quote!(#name: &#inner),
    }
}
