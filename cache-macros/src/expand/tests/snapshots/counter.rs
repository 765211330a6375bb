pub fn page_views(page_id: u64) -> ::cache_runtime::Counter {
    let _ = &page_id;
    macro_support::blocking::counter(
        macro_support::CallOptions::of(&"page_views")
            .expires_after(macro_support::Duration::new(3600u64, 0u32)),
        macro_support::template_key(
            &["page:views:", ""],
            &[&page_id],
            None,
            macro_support::FunctionPath::of(
                &|| (),
                &{
                    fn here() {}
                    here
                },
                ::core::module_path!(),
                false,
                false,
            ),
            &[],
        ),
    )
}
