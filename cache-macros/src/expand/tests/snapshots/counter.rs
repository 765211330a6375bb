pub fn page_views(page_id: u64) -> ::cache_runtime::Counter {
    let _ = &page_id;
    private::blocking::counter(
        private::CallOptions::DEFAULT
            .expires_after(private::Duration::new(3600u64, 0u32)),
        private::template_key(
            &["page:views:", ""],
            &[&page_id],
            None,
            private::FunctionPath::of(
                &|| (),
                &{
                    fn here() {}
                    here
                },
                false,
            ),
            &[],
        ),
    )
}
