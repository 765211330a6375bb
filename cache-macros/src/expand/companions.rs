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
use super::options::optional;
use super::{Expansion, attributes, static_lifetimes};
use crate::companions::{Besides, Companions, Parameter};
use crate::key::TypeArgument;
use crate::return_type;
use crate::signature::{Body, Function, names_in};

fn braced(place: Span, inside: &TokenStream) -> TokenStream {
    quote_spanned!(place=> { #inside })
}

impl Expansion<'_> {
    /// The function and its companions.
    pub(super) fn with_companions(&self, companions: &Companions) -> TokenStream {
        let (start, end) = self.head();
        let arguments = [
            self.function_up_to_body(companions),
            self.companion_type(companions),
            self.calls(companions),
            self.companions(companions),
        ];
        let (support, name) = (self.support(start), Ident::new("cached_function", end));
        let arguments = braced(end, &arguments.into_iter().collect());
        quote_spanned!(start=> #support::#name! #arguments)
    }

    /// What the compiler underlines if a companion cannot be declared: the words `fn load`.
    fn head(&self) -> (Span, Span) {
        let [start, end] = [self.function.sig.fn_token.span, self.function.sig.ident.span()];
        (start.resolved_at(Span::mixed_site()), end.resolved_at(Span::mixed_site()))
    }

    /// The function up to its body; and what its body consists of besides the call.
    fn function_up_to_body(&self, companions: &Companions) -> TokenStream {
        let Function { attrs, vis, sig, .. } = self.function;
        let (attrs, doc) = (attributes::of_function(attrs), self.paragraph(companions));
        let (sig, warnings) = (forwarding::signature(sig, companions), self.warnings());
        let call = match (&self.plan.batch, &self.plan.background) {
            (None, Some(borrowed)) => Some(self.background_call(borrowed)),
            (None, None) if !self.is_async() && attributes::tracks_caller(&attrs) => {
                Some(self.tracked_call(companions))
            }
            _ => None,
        };
        let body = call.map_or_else(|| quote!([#warnings]), |call| quote!({ #warnings #call }));
        quote!([#(#attrs)* #doc #vis #sig] #body)
    }

    /// A paragraph for the function's documentation, if it has any.
    fn paragraph(&self, companions: &Companions) -> Option<Attribute> {
        if !self.function.attrs.iter().any(|attr| attr.path().is_ident("doc")) {
            return None;
        }
        let name = self.function.sig.ident.unraw();
        let companions = match companions.in_impl {
            true => format!("`{name}_invalidate`, `{name}_refresh` and so on"),
            false => format!("the functions of the type [`{name}`](type@{name})"),
        };
        let text = format!("\n\nIts results are cached. Its companions are {companions}.");
        Some(syn::parse_quote!(#[doc = #text]))
    }

    /// The heads of the companion type and of its `impl`; nothing for a method.
    fn companion_type(&self, companions: &Companions) -> TokenStream {
        if companions.in_impl {
            return quote!([] []);
        }
        let (name, vis, cfg) = (type_name(self.function), &self.function.vis, attributes::cfg(&self.function.attrs));
        let text = format!("The companions of the cached function [`{0}`](fn@{0}).", self.function.sig.ident.unraw());
        let (start, end) = self.head();
        let (kind, implementation) = (Token![enum](start), Token![impl](start));
        let nothing = braced(end, &TokenStream::new());
        quote!([#(#cfg)* #[doc = #text] #vis #kind #name #nothing] [#(#cfg)* #implementation #name])
    }

    /// How the runtime is called. It is placed at the return type, so that the compiler reports only once what is wrong with
    /// that.
    fn calls(&self, companions: &Companions) -> TokenStream {
        let (mode, asyncness, wait, place) = (self.mode(), self.function.sig.asyncness, self.wait(), self.place);
        let options = self.options_of_batch();
        let call = match &self.plan.batch {
            Some(batch) => {
                let (elements, arguments) = (self.elements(batch), self.batch_arguments(batch));
                let names = quote_spanned!(place=> [options elements key]);
                let functions = quote_spanned!(place=> [batch batch]);
                quote!(#names [#options] [] [#elements] #functions #arguments [])
            }
            None => {
                let (tags, key, arguments) = (self.with_tags(), self.key_of_call(companions), self.arguments());
                let (names, whole) = (quote_spanned!(place=> [options key key]), self.whole());
                let functions = quote_spanned!(place=> [call refresh]);
                quote!(#names [#options] [#tags] [#key] #functions #arguments [#whole])
            }
        };
        quote!([#mode] [#asyncness] [#wait] #call)
    }

    /// How the runtime is called by the companions that ask by key; and the types of what the function returns, of what it
    /// stores and of what `peek` finds. Of a batch the latter two are the value of one element.
    fn calls_by_key(&self) -> (TokenStream, TokenStream) {
        let (cache, output) = (optional(self.plan.args.cache.as_ref()), self.returned());
        let ok = self.function.result().and_then(return_type::ok);
        let (stored, found, outcome) = match (&self.plan.batch, ok) {
            (Some(batch), _) => (batch.value.to_token_stream(), None, self.outcome_of_element(batch)),
            (None, ok) => (output.clone(), ok, self.outcome(&static_lifetimes::named(output.clone()))),
        };
        let peek = if self.plan.batch.is_none() && ok.is_none() { "peek_whole" } else { "peek" };
        let (stored, peek) = (static_lifetimes::named(stored), Ident::new(peek, self.place));
        let found = found.map_or_else(|| stored.clone(), |ok| static_lifetimes::named(ok.to_token_stream()));
        let prime = if self.plan.args.lifetime_of_value().is_some() { "prime_expiring" } else { "prime" };
        let prime = Ident::new(prime, self.place);
        let calls = quote_spanned!(self.place=> [invalidate #peek #prime value] [#cache] [#outcome]);
        (calls, quote!([#output] [#stored] [#found]))
    }

    fn key_of_call(&self, companions: &Companions) -> TokenStream {
        self.key(companions, forwarding::borrowed)
    }

    /// What the companions are made of.
    fn companions(&self, companions: &Companions) -> TokenStream {
        let Function { attrs, vis, sig, .. } = self.function;
        let attrs = attributes::of_companions(attrs, companions.in_impl);
        let generics = sig.generics.params.iter();
        let bounds = sig.generics.where_clause.iter().flat_map(|clause| &clause.predicates);
        let start_of_bounds = Token![where](self.place);
        let names = [UNCACHED, "refresh", "invalidate", "peek", "prime", "key", "tags", KEY];
        let names = names.map(|which| companion_name(self.function, companions, which));
        let inputs = forwarding::signature(sig, companions).inputs;
        let owned = |besides| keyed(companions, besides, Type::to_token_stream);
        let (keyed, primed) = (owned(Besides::Nothing), owned(Besides::TagsAndTimes));
        let (calls, types) = self.calls_by_key();
        let (prime_tags, key, value) =
            (self.with_tags(), self.key_of_call(companions), Ident::new("value", self.place));
        let own_lifetime = self.plan.args.lifetime_of_value().map(|closure| quote!(, #closure));
        // The body of a method is the companion that does nothing but run it.
        let (run, wait) = ((!companions.in_impl).then(|| self.run(companions, forwarding::passed)), self.wait());
        let run = run.map(|run| quote!(#run #wait));
        let (body, key_function) = (self.body(companions), self.key_function(companions));
        let tags = self.tags_function(companions);
        quote! {
            #calls
            [#(#attrs)*] [#vis] [#(#names)*]
            [#(#generics,)*] [#start_of_bounds #(#bounds,)*]
            [#inputs] [#keyed] [#primed #value: &__Given] [#prime_tags] [#own_lifetime]
            #types
            [#key]
            [#body] [#run] #key_function #tags
        }
    }

    /// The function with the user's body, and all that the user said about the body.
    fn body(&self, companions: &Companions) -> TokenStream {
        let Function { attrs, vis, sig, body } = self.function;
        let Body::Present { brace, attrs: inner, statements } = body else {
            unreachable!("a cached function has a body")
        };
        let sig = Signature { ident: body_name(self.function, companions), ..attributes::signature_of_body(sig) };
        let (cfg, doc, vis) = match companions.in_impl {
            true => {
                let doc = quote!(#[doc = "Runs the body and does not touch the cache."]);
                (attributes::cfg(attrs), Some(doc), Some(vis))
            }
            // The companion type has the attributes itself.
            false => (Vec::new(), None, None),
        };
        let (attrs, used) = (attributes::of_body(attrs), self.used_by_the_attribute(companions));
        // The outermost tokens are this macro's: a lint reports the item as a whole once, at the function itself.
        let place = brace.span.join().resolved_at(Span::mixed_site());
        let (vis, body) = (own_tokens(quote!(#vis)), braced(place, &quote!(#(#inner)* #used #statements)));
        quote!(#(#cfg)* #doc #(#attrs)* #vis #sig #body)
    }

    /// Statements that use the arguments which the attribute uses: the body need not use them.
    fn used_by_the_attribute(&self, companions: &Companions) -> TokenStream {
        let parameters = companions.parameters.iter();
        let used = parameters.filter(|parameter| parameter.in_times || parameter.in_tags || parameter.in_condition);
        let used = self.plan.key.names().chain(used.map(|parameter| &parameter.name));
        let element = self.plan.batch.as_ref().map(|batch| &batch.element);
        let mut used: Vec<&Ident> = used
            .filter(|name| *name != "self" && Some(*name) != element && !name.to_string().starts_with('_'))
            .collect();
        used.dedup();
        quote_spanned!(Span::mixed_site()=> #(let _ = &#used;)*)
    }

    /// The arguments and the body of the function that makes the key.
    fn key_function(&self, companions: &Companions) -> TokenStream {
        let support = self.support(Span::mixed_site());
        // Another name for `&T`: clippy advises against `&String`.
        let arguments = keyed(companions, Besides::Nothing, |ty| quote!(#support::Ref<'_, #ty>));
        let patterns = companions.keyed(Besides::Nothing).filter_map(|parameter| {
            let (pattern, name) = (parameter.pattern_of_reference()?, &parameter.name);
            let names = names_in(&pattern);
            Some(quote_spanned!(Span::mixed_site()=> let #pattern = #name; #(let _ = #names;)*))
        });
        // A default key has the type of an unnamed argument in its path, and does not use the argument.
        let unnamed = self.plan.types.iter().filter_map(|argument| match argument {
            TypeArgument::Of(name) if !self.plan.key.uses(name) => Some(name),
            _ => None,
        });
        let unused = quote_spanned!(Span::mixed_site()=> #(let _ = #unnamed;)*);
        let key = self.make_key(Some(companions));
        quote!([#arguments] [#(#patterns)* #unused #key])
    }

    /// The arguments and the body of the companion `tags`; nothing without tags.
    fn tags_function(&self, companions: &Companions) -> TokenStream {
        if self.plan.tags.is_empty() {
            return quote!([] []);
        }
        let (support, tags) = (self.support(Span::mixed_site()), self.tags());
        let arguments = keyed(companions, Besides::Tags, Type::to_token_stream);
        let unused = companions.keyed(Besides::Tags).map(forwarding::borrowed);
        quote_spanned!(Span::mixed_site()=> [#arguments] [#(let _ = #unused;)* #support::tags(#tags)])
    }

    /// A call in two halves, between which the function calls its body directly and so passes on the location of its caller.
    fn tracked_call(&self, companions: &Companions) -> TokenStream {
        let (support, outcome, whole) = (self.support(self.place), self.outcome_of_call(), self.whole());
        let run = self.judged(self.run(companions, forwarding::passed));
        self.after_key(&quote_spanned! {self.place=>
            match #support::begin(options, key, #outcome) {
                #support::Begun::Hit(result) => result #whole,
                #support::Begun::Compute(running) => running.finish(#run) #whole,
            }
        })
    }
}

/// The arguments of a companion that asks by key, each followed by a comma. `write` writes a type.
fn keyed(companions: &Companions, besides: Besides, write: impl Fn(&Type) -> TokenStream) -> TokenStream {
    let inputs = companions.keyed(besides).map(|Parameter { name, input, element, .. }| {
        let (name, ty) = match (input, element) {
            (FnArg::Receiver(receiver), _) => return receiver_by_reference(receiver),
            (_, Some((name, ty))) => (name, write(ty)),
            (FnArg::Typed(PatType { ty, .. }), None) => (name, write(ty)),
        };
        quote!(#name: #ty)
    });
    quote!(#(#inputs,)*)
}

/// The tokens with this macro's hygiene.
fn own_tokens(tokens: TokenStream) -> TokenStream {
    let own = tokens.into_iter().map(|mut token| {
        token.set_span(token.span().resolved_at(Span::mixed_site()));
        token
    });
    own.collect()
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
