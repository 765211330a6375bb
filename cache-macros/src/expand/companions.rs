//! A cached function with companions.
//!
//! The expansion is a call of the runtime's macro `cached_function!`, whose arguments are what differs between functions.
//! That macro writes the rest: see `macro_support/cached_function.rs` of the runtime. The key is made in one function, so
//! that all companions agree on it, and the body stands in one function, so that its statics exist once.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::{Attribute, ConstParam, FnArg, GenericParam, PatType, Receiver, ReceiverKind, Signature, Token, Type};

use super::forwarding::{self, CALL, KEY, body_name, companion_name, type_name};
use super::options::optional;
use super::{Expansion, attributes, static_lifetimes};
use crate::companions::{Besides, Companions, Parameter};
use crate::key::TypeArgument;
use crate::return_type;
use crate::signature::{Body, Function, names_in};

/// How the function and `refresh` call the runtime: the bodies of both, and the function that both call, if there is one.
struct Calls {
    function: TokenStream,
    refresh: TokenStream,
    shared: TokenStream,
}

/// What a function stores.
struct Stored {
    /// The type that the function returns, or that of an element.
    stored: TokenStream,
    /// What `peek` finds.
    found: TokenStream,
    outcome: TokenStream,
    /// The function of the runtime that finds it.
    peek: &'static str,
}

pub(super) fn braced(place: Span, inside: &TokenStream) -> TokenStream {
    quote_spanned!(place=> { #inside })
}

impl Expansion<'_> {
    /// The function and its companions.
    pub(super) fn with_companions(&self, companions: &Companions) -> TokenStream {
        let place = self.name_place();
        let calls = self.calls(companions);
        let arguments = [
            self.function_with_body(companions, &calls.function),
            self.companion_type(companions),
            self.like_the_function(companions),
            self.companions(companions, &calls),
        ];
        let (support, name) = (self.support(place), Ident::new("cached_function", place));
        let arguments = braced(place, &arguments.into_iter().collect());
        quote_spanned!(place=> #support::#name! #arguments)
    }

    /// What the compiler underlines if a companion cannot be declared: the name of the function.
    pub(super) fn name_place(&self) -> Span {
        self.function.sig.ident.span().resolved_at(Span::mixed_site())
    }

    /// The function, whose body is a call.
    fn function_with_body(&self, companions: &Companions, call: &TokenStream) -> TokenStream {
        let Function { attrs, vis, sig, .. } = self.function;
        let (attrs, doc) = (attributes::of_function(attrs), self.paragraph(companions));
        let (sig, warnings) = (forwarding::signature(sig, companions), self.warnings());
        quote!([#(#attrs)* #doc #vis #sig] [#warnings #call])
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

    /// The heads of the companion type and of its `impl`, and the companion that runs the body; nothing for a method, whose
    /// body is that companion.
    fn companion_type(&self, companions: &Companions) -> TokenStream {
        if companions.in_impl {
            return quote!([] [] []);
        }
        let (uncached, run) =
            (companion_name(self.function, companions, companions.body), self.run(companions, forwarding::passed));
        let (name, vis, cfg) = (type_name(self.function), self.own_vis(), attributes::cfg(&self.function.attrs));
        let text = format!("The companions of the cached function [`{0}`](fn@{0}).", self.function.sig.ident.unraw());
        let place = self.name_place();
        let (kind, implementation) = (Token![enum](place), Token![impl](place));
        let nothing = braced(place, &TokenStream::new());
        quote!([#(#cfg)* #[doc = #text] #vis #kind #name #nothing] [#(#cfg)* #implementation #name] [#uncached #run])
    }

    /// The visibility of the function with this macro's hygiene: where `macro_rules!` writes the function, lints would otherwise
    /// take what is declared here for the user's.
    pub(super) fn own_vis(&self) -> TokenStream {
        let vis = &self.function.vis;
        own_tokens(quote!(#vis))
    }

    /// What the companions have in common with the function.
    fn like_the_function(&self, companions: &Companions) -> TokenStream {
        let Function { attrs, sig, .. } = self.function;
        let (attrs, vis) = (attributes::of_companions(attrs, companions.in_impl), self.own_vis());
        let (asyncness, wait, output) = (sig.asyncness, self.wait(), self.returned());
        let generics = sig.generics.params.iter();
        let bounds = sig.generics.where_clause.iter().flat_map(|clause| &clause.predicates);
        let (start_of_bounds, inputs) = (Token![where](self.place), forwarding::signature(sig, companions).inputs);
        quote! {
            [#(#attrs)*] [#vis] [#asyncness] [#wait] [#(#generics,)*] [#start_of_bounds #(#bounds,)*]
            [#inputs] [#output]
        }
    }

    /// How the function and `refresh` call the runtime.
    fn calls(&self, companions: &Companions) -> Calls {
        let is_tracked = !self.is_async() && attributes::tracks_caller(&self.function.attrs);
        let function = match (&self.plan.batch, &self.plan.background) {
            (Some(batch), _) => self.batch_call(batch),
            (None, Some(borrowed)) => self.background_call(borrowed),
            (None, None) if !self.is_async() && !companions.in_impl && !is_tracked => {
                return self.shared_call(companions);
            }
            (None, None) => self.usual_call(),
        };
        Calls { function, refresh: self.refresh(companions), shared: TokenStream::new() }
    }

    /// One function for both, which is compiled once. It takes nothing in addition to the arguments, because clippy counts
    /// them.
    fn shared_call(&self, companions: &Companions) -> Calls {
        let Function { attrs, sig, .. } = self.function;
        let attrs = attributes::of_companions(attrs, companions.in_impl);
        let refresh = Ident::new("REFRESH", Span::mixed_site());
        let mut sig = forwarding::signature(sig, companions);
        sig.fn_token.span = self.place;
        sig.ident = companion_name(self.function, companions, CALL);
        sig.generics.params.push(GenericParam::Const(ConstParam {
            attrs: Vec::new(),
            const_token: Token![const](self.place),
            ident: refresh.clone(),
            colon_token: Token![:](self.place),
            ty: Type::Verbatim(quote_spanned!(self.place=> ::core::primitive::bool)),
            default: None,
        }));
        let (mode, outcome) = (self.mode(), self.outcome_of_call());
        let begin = quote_spanned!(self.place=> #mode::begin_either::<#refresh, _>(options, key, #outcome, near));
        let call = self.after_key(&refresh.to_token_stream(), &self.begun(&begin));
        Calls {
            function: self.call_or_refresh(companions, false),
            refresh: self.call_or_refresh(companions, true),
            shared: quote_spanned!(self.place=> #(#attrs)* #sig { #call }),
        }
    }

    /// The call of `refresh`.
    fn refresh(&self, companions: &Companions) -> TokenStream {
        let options = self.options_of_batch();
        if let Some(batch) = &self.plan.batch {
            return self.batch_call_with(batch, &quote_spanned!(self.place=> #options.refreshing()));
        }
        let (mode, outcome) = (self.mode(), self.outcome_of_call());
        let call = match self.is_async() {
            true => self.awaited(&quote_spanned!(self.place=> #mode::refresh), &TokenStream::new()),
            false => self.begun(&quote_spanned!(self.place=> #mode::begin_refresh(options, key, #outcome))),
        };
        let (tags, key) = (self.with_tags(), self.key(companions, forwarding::borrowed));
        let outcome = self.outcome_statement();
        quote_spanned! {self.place=>
            #outcome
            let options = #options #tags;
            let key = #key;
            #call
        }
    }

    /// What the companions are made of.
    fn companions(&self, companions: &Companions, calls: &Calls) -> TokenStream {
        let (body, key_function, tags) =
            (self.body(companions), self.key_function(companions), self.tags_function(companions));
        let Calls { refresh: refreshing, shared, .. } = calls;
        let [refresh, invalidate, peek, prime, key_name, stats] =
            ["refresh", "invalidate", "peek", "prime", "key", "stats"]
                .map(|which| companion_name(self.function, companions, which));
        let owned = |besides| keyed(companions, besides, Type::to_token_stream);
        let (keyed, primed) = (owned(Besides::Nothing), owned(Besides::TagsAndTimes));
        let (mode, cache) = (self.mode(), optional(self.plan.args.cache.as_ref()));
        let (key, options, tags_of_prime) =
            (self.key(companions, forwarding::borrowed), self.options_of_batch(), self.with_tags());
        let Stored { stored, found, outcome, peek: ask_peek } = self.stored();
        let own_lifetime = self.lifetime_of_value("expiring", &outcome).map(|closure| quote!(, #closure));
        let ask_prime = if own_lifetime.is_some() { "prime_expiring" } else { "prime" };
        let own = |name| Ident::new(name, self.place);
        let (ask_invalidate, ask_peek, ask_prime) = (own("invalidate"), own(ask_peek), own(ask_prime));
        let (key_variable, options_variable, value) = (own("key"), own("options"), own("value"));
        let primed_output = self.output_of_prime();
        let (named, receiver) = (self.options_of_name(), receiver_alone(companions));
        quote! {
            #key_function
            [#body] [#shared]
            [#refresh #refreshing]
            [#mode] [#cache] [#outcome] [#key_variable] [#key] [#keyed]
            [#invalidate #ask_invalidate]
            [#peek #ask_peek] [#found]
            [#prime #ask_prime] [#primed #value: &__Given] [#primed_output] [#stored]
            [#options_variable] [#options #tags_of_prime] [#value #own_lifetime]
            [#key_name] [#tags]
            [#stats #named] [#receiver]
        }
    }

    fn output_of_prime(&self) -> TokenStream {
        let support = self.support(Span::mixed_site());
        match self.is_async() {
            true => quote_spanned!(Span::mixed_site()=> impl ::core::future::Future<Output = #support::Result<()>>),
            false => quote_spanned!(Span::mixed_site()=> #support::Result<()>),
        }
    }

    /// What the companions that ask by key store and find. Of a batch it is the value of one element.
    fn stored(&self) -> Stored {
        if let Some(batch) = &self.plan.batch {
            let stored = static_lifetimes::named(&batch.value);
            return Stored { found: stored.clone(), stored, outcome: self.outcome_of_element(batch), peek: "peek" };
        }
        let result = self.function.result();
        let stored = result.map_or_else(|| quote!(()), static_lifetimes::named);
        let outcome = self.outcome(&stored);
        match result.and_then(return_type::ok) {
            Some(ok) => Stored { stored, found: static_lifetimes::named(ok), outcome, peek: "peek" },
            None => Stored { found: stored.clone(), stored, outcome, peek: "peek_whole" },
        }
    }

    /// The function with the user's body, and all that the user said about the body.
    pub(super) fn body(&self, companions: &Companions) -> TokenStream {
        let Function { attrs, sig, body, .. } = self.function;
        let Body::Present { brace, attrs: inner, statements } = body else {
            unreachable!("a cached function has a body")
        };
        let sig = Signature { ident: body_name(self.function, companions), ..attributes::signature_of_body(sig) };
        let (cfg, doc, vis) = match companions.in_impl {
            true => {
                let doc = quote!(#[doc = "Runs the body and does not touch the cache."]);
                (attributes::cfg(attrs), Some(doc), Some(self.own_vis()))
            }
            // The companion type has the attributes itself.
            false => (Vec::new(), None, None),
        };
        let (attrs, used) = (attributes::of_body(attrs), self.used_by_the_attribute(companions));
        // The outermost tokens are this macro's: a lint reports the item as a whole once, at the function itself.
        let place = brace.span.join().resolved_at(Span::mixed_site());
        let body = braced(place, &quote!(#(#inner)* #used #statements));
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

    /// The name and arguments, and the body of the function that makes the key.
    fn key_function(&self, companions: &Companions) -> TokenStream {
        let (name, arguments, body) = self.key_function_parts(companions);
        quote!([#name #arguments] [#body])
    }

    /// The name, the arguments and the body of the function that makes the key.
    pub(super) fn key_function_parts(&self, companions: &Companions) -> (Ident, TokenStream, TokenStream) {
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
        let name = companion_name(self.function, companions, KEY);
        (name, arguments, quote!(#(#patterns)* #unused #key))
    }

    /// The companion `tags`; nothing without tags.
    fn tags_function(&self, companions: &Companions) -> Option<TokenStream> {
        if self.plan.tags.is_empty() {
            return None;
        }
        let Function { attrs, sig, .. } = self.function;
        let (attrs, vis) = (attributes::of_companions(attrs, companions.in_impl), self.own_vis());
        let (name, support, tags) =
            (companion_name(self.function, companions, "tags"), self.support(Span::mixed_site()), self.tags());
        let (generics, bounds) = (&sig.generics, &sig.generics.where_clause);
        let arguments = keyed(companions, Besides::Tags, Type::to_token_stream);
        let unused = companions.keyed(Besides::Tags).map(forwarding::borrowed);
        Some(quote_spanned! {Span::mixed_site()=>
            #[doc = "The tags of these arguments as they are stored."]
            #(#attrs)*
            #[inline]
            #vis fn #name #generics(#arguments) -> ::std::vec::Vec<::std::string::String> #bounds {
                #(let _ = #unused;)*
                #support::tags(#tags)
            }
        })
    }
}

/// The receiver of a method, for a companion that takes no arguments: called as the method's other companions are.
fn receiver_alone(companions: &Companions) -> Option<TokenStream> {
    let receiver = companions.parameters.first().filter(|parameter| matches!(parameter.input, FnArg::Receiver(_)))?;
    let name = &receiver.name;
    Some(quote!(&#name))
}

/// The arguments of a companion that asks by key, each followed by a comma. `write` writes a type.
pub(super) fn keyed(companions: &Companions, besides: Besides, write: impl Fn(&Type) -> TokenStream) -> TokenStream {
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
pub(super) fn own_tokens(tokens: TokenStream) -> TokenStream {
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
