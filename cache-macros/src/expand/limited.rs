//! A limited function: its body runs only if the limit lets the call pass.
//!
//! ```text
//! fn login(ip: IpAddr) -> Result<User, LoginError> {
//!     let options = LimitOptions::of("login:{ip}", 5).within(60 s);
//!     let key = login::__key(&ip);
//!     match blocking::enter(options, key) {
//!         Ok(entered) => { let result = login::login(ip); blocking::leave(entered, succeeded(&result)); result }
//!         Err(refused) => refuse(refused)
//!     }
//! }
//! enum login {}
//! impl login { fn __key(…) fn login(…) { body } fn remaining(ip: IpAddr) fn reset(ip: IpAddr) }
//! ```

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::{Ident, Token, Type};

use super::companions::{braced, keyed, own_tokens};
use super::forwarding::{self, companion_name, type_name};
use super::options::{duration, option};
use super::{Expansion, attributes};
use crate::companions::{Besides, Companions};
use crate::key::Key;
use crate::signature::{Body, Function};
use crate::time::Time;

impl Expansion<'_> {
    /// The function and, if it has any, its companions.
    pub(super) fn limited(&self) -> TokenStream {
        match &self.plan.companions {
            Some(companions) => self.limited_with_companions(companions),
            None => self.limited_alone(),
        }
    }

    fn limited_alone(&self) -> TokenStream {
        let Function { attrs, vis, sig, body, .. } = self.function;
        let Body::Present { attrs: inner, .. } = body else { unreachable!("a limited function has a body") };
        let (key, run) = (self.make_key(None), self.run_in_place(&self.block(std::convert::identity)));
        let call = self.limited_call(&key, &run);
        quote_spanned!(Span::mixed_site()=> #(#attrs)* #vis #sig { #(#inner)* #call })
    }

    fn limited_with_companions(&self, companions: &Companions) -> TokenStream {
        let Function { attrs, vis, sig, .. } = self.function;
        let attrs = attributes::of_function(attrs);
        let call =
            self.limited_call(&self.key(companions, forwarding::borrowed), &self.run(companions, forwarding::passed));
        let sig = forwarding::signature(sig, companions);
        let (key_function, body) = (self.limited_key_function(companions), self.body(companions));
        let remaining = self.limited_companion(
            companions,
            "remaining",
            &quote!(::core::primitive::u64),
            "Returns how many calls with these arguments would pass now.\n\n# Errors\n\n\
             If the arguments make no key, or the limit cannot be checked and is to be closed then.",
        );
        let reset = self.limited_companion(
            companions,
            "reset",
            &quote!(::core::primitive::bool),
            "Forgets the calls with these arguments that were counted; `true` if there was one.\n\n# Errors\n\n\
             If the backend fails, or the arguments make no key.",
        );
        let all = quote!(#key_function #body #remaining #reset);
        let all = match companions.in_impl {
            true => all,
            false => {
                let unlimited = self.unlimited(companions);
                self.limited_type(&quote!(#all #unlimited))
            }
        };
        quote!(#(#attrs)* #vis #sig { #call } #all)
    }

    /// The companion that runs the body alone. For a method the body itself is that.
    fn unlimited(&self, companions: &Companions) -> TokenStream {
        let Function { attrs, vis, sig, .. } = self.function;
        let (attrs, vis) = (attributes::of_companions(attrs, companions.in_impl), own_tokens(quote!(#vis)));
        let (generics, bounds, asyncness) = (&sig.generics, &sig.generics.where_clause, sig.asyncness);
        let (inputs, output) = (forwarding::signature(sig, companions).inputs, &sig.output);
        let name = companion_name(self.function, companions, companions.body);
        let (run, wait) = (self.run(companions, forwarding::passed), self.wait());
        quote_spanned! {Span::mixed_site()=>
            #[doc = "Runs the body and does not ask the limit."]
            #(#attrs)*
            #vis #asyncness fn #name #generics(#inputs) #output #bounds { #run #wait }
        }
    }

    /// The companion type, with its functions.
    fn limited_type(&self, functions: &TokenStream) -> TokenStream {
        let (name, vis, cfg) = (type_name(self.function), self.own_vis(), attributes::cfg(&self.function.attrs));
        let text = format!("The companions of the limited function [`{0}`](fn@{0}).", self.function.sig.ident.unraw());
        let place = self.name_place();
        let (kind, implementation) = (Token![enum](place), Token![impl](place));
        let (nothing, functions) = (braced(place, &TokenStream::new()), braced(place, functions));
        quote!(#(#cfg)* #[doc = #text] #vis #kind #name #nothing #(#cfg)* #implementation #name #functions)
    }

    /// The body, between the question whether it may run and the answer whether it has succeeded.
    fn limited_call(&self, key: &TokenStream, run: &TokenStream) -> TokenStream {
        let (support, mode, wait, options) = (self.support(self.place), self.mode(), self.wait(), self.limit_options());
        quote_spanned! {self.place=>
            let options = #options;
            let key = #key;
            match #mode::enter(options, key) #wait {
                ::core::result::Result::Ok(entered) => {
                    let result = #run #wait;
                    #mode::leave(entered, #support::succeeded(&result)) #wait;
                    result
                }
                ::core::result::Result::Err(refused) => #support::refuse(refused),
            }
        }
    }

    /// The function that makes the key, for the function and for its companions.
    fn limited_key_function(&self, companions: &Companions) -> TokenStream {
        let (support, sig) = (self.support(Span::mixed_site()), &self.function.sig);
        let attrs = attributes::of_companions(&self.function.attrs, companions.in_impl);
        let (name, arguments, body) = self.key_function_parts(companions);
        let (generics, bounds) = (&sig.generics, &sig.generics.where_clause);
        quote_spanned! {Span::mixed_site()=>
            #(#attrs)*
            #[doc(hidden)]
            fn #name #generics(#arguments) -> #support::Result<::std::string::String> #bounds { #body }
        }
    }

    /// A companion that asks the limit by the arguments of the key.
    fn limited_companion(&self, companions: &Companions, what: &str, output: &TokenStream, doc: &str) -> TokenStream {
        let Function { attrs, vis, sig, .. } = self.function;
        let (attrs, vis) = (attributes::of_companions(attrs, companions.in_impl), own_tokens(quote!(#vis)));
        let (generics, bounds, asyncness) = (&sig.generics, &sig.generics.where_clause, sig.asyncness);
        let arguments = keyed(companions, Besides::TagsAndTimes, Type::to_token_stream);
        let (name, ask) = (companion_name(self.function, companions, what), Ident::new(what, self.place));
        let (support, mode, wait) = (self.support(self.place), self.mode(), self.wait());
        let (options, key) = (self.limit_options(), self.key(companions, forwarding::borrowed));
        quote_spanned! {Span::mixed_site()=>
            #[doc = #doc]
            #(#attrs)*
            #vis #asyncness fn #name #generics(#arguments) -> #support::Result<#output> #bounds {
                let options = #options;
                let key = #key;
                #mode::#ask(options, key) #wait
            }
        }
    }

    /// The `LimitOptions` of a call. The limit is named by its key, so that two functions of one key count together.
    fn limit_options(&self) -> TokenStream {
        let (support, args) = (self.support(self.place), &self.plan.args);
        let name = match &self.plan.key {
            Key::Template { text, .. } => text.value(),
            Key::Default { .. } => self.function.sig.ident.unraw().to_string(),
        };
        let to = args.to.as_ref();
        let time = |name, time: &Option<Time>| {
            let time = time.as_ref()?;
            let forever = || quote_spanned!(self.place=> #support::Duration::MAX);
            Some(option(name, duration(time, &support).unwrap_or_else(forever)))
        };
        let word = |name: &str, word: &Option<Ident>| {
            let word = word.as_ref()?.to_string();
            Some(option(name, quote_spanned!(self.place=> #word)))
        };
        let given = [
            args.cache.as_ref().map(|name| option("cache_named", name.to_token_stream())),
            time("within", &args.within),
            word("algorithm", &args.algorithm),
            args.cost.as_ref().map(|cost| option("cost", cost.to_token_stream())),
            time("ban", &args.ban),
            args.only_failures.then(|| option("only_failures", TokenStream::new())),
            word("when_away", &args.when_away),
        ];
        let given = given.into_iter().flatten();
        quote_spanned!(self.place=> #support::LimitOptions::of(#name, #to) #(#given)*)
    }
}
