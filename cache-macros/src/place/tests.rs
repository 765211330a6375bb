use super::Place;

/// The place of the line with `#[cached]`.
fn place(text: &str) -> Place {
    Place::in_text(text, text.lines().position(|line| line.contains("#[cached]")).unwrap())
}

#[test]
fn an_impl_is_recognised() {
    for text in [
        "impl Shop {\n    #[cached]",
        "impl<T> Shop<T>\nwhere\n    T: Copy,\n{\n    #[cached]",
        "impl<F: for<'a> Fn(&'a u8)> Shop<F> {\n    #[cached]",
        "mod a {\n    impl Shop {\n        fn other() {\n            1\n        }\n\n        /// Text.\n        #[cached]",
        "pub(crate) unsafe trait Priced {\n    #[cached]",
    ] {
        assert_eq!(place(text), Place::Type, "{text}");
    }
}

#[test]
fn an_impl_of_a_trait_is_recognised() {
    for text in [
        "impl Priced for Shop {\n// at the margin\n    #[cached]",
        "unsafe impl<T> Priced<T>\n    for Shop\n{\n    #[cached]",
        "impl Priced for Shop\nwhere\n    Self: Sized,\n{\n    #[cached]",
    ] {
        assert_eq!(place(text), Place::ImplOfTrait, "{text}");
    }
}

#[test]
fn any_other_place_is_elsewhere() {
    for text in [
        "#[cached]",
        "    #[cached]",
        "mod a {\n    impl Shop {}\n\n    #[cached]",
        "impl Shop {\n    fn method(\n        &self,\n    ) -> u8 {\n        #[cached]",
        "implement! {\n    #[cached]",
        "impl Shop { #[cached]",
    ] {
        assert_eq!(place(text), Place::Elsewhere, "{text}");
    }
}
