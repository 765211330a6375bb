//! The delimiters of an environment.

use cache_templates::scanner::Syntax;
use minijinja::syntax::SyntaxConfig;

pub(crate) fn syntax(config: &SyntaxConfig) -> Syntax<'_> {
    Syntax {
        expression: config.variable_delimiters(),
        statement: config.block_delimiters(),
        comment: config.comment_delimiters(),
        line_statement: config.line_statement_prefix(),
        line_comment: config.line_comment_prefix(),
    }
}
