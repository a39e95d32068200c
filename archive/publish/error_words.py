"""What is said where a request cannot be answered: key -> (Vietnamese, English)."""

from __future__ import annotations

ERROR_WORDS: dict[str, tuple[str, str]] = {
    # A query
    "error_intro": ("Không hiểu câu tìm này: ", "This query cannot be understood: "),
    "error_plain": (
        "Dưới đây là kết quả cho các từ trong câu, không kể dấu và phép toán.",
        "These are the results for its words, signs and operators left out.",
    ),
    "error_unclosed_quote": ("dấu ngoặc kép mở mà không đóng.", "a quotation mark is not closed."),
    "error_unclosed_bracket": ("dấu ngoặc ( mở mà không đóng.", "a bracket ( is not closed."),
    "error_unopened_bracket": ("dấu ngoặc ) đóng mà không mở.", "a bracket ) was never opened."),
    "error_operator_alone": (
        "AND, OR hoặc NOT cần có từ ở hai bên. Muốn tìm chính từ đó, hãy viết chữ thường.",
        "AND, OR or NOT needs words on both sides. To find the word itself, write it in lower "
        "case.",
    ),
    "error_only_excluded": (
        "câu chỉ nói điều không muốn; cần ít nhất một từ muốn tìm.",
        "it only says what is not wanted; name at least one word to find.",
    ),
    "error_field_alone": (
        "sau tên cột và dấu hai chấm phải có từ cần tìm.",
        "a column name and colon must be followed by what to find.",
    ),
    "error_no_words": ("không có từ nào để tìm.", "there is no word to look for."),
    "error_too_long": ("câu quá dài (tối đa 600 ký tự).", "it is too long (600 characters)."),
    "error_too_many_terms": ("quá nhiều từ (tối đa 40).", "it has too many words (40)."),
    "error_short_prefix": (
        "trước dấu * cần ít nhất hai chữ cái.",
        "at least two letters must stand before a *.",
    ),
    "error_too_deep": ("quá nhiều lớp ngoặc.", "its brackets are nested too deeply."),
    # A page
    "not_understood": (
        "Không hiểu phần này của địa chỉ nên đã bỏ qua: {names}.",
        "These parts of the address make no sense and were left out: {names}.",
    ),
    "bad_parameter": (
        "Không hiểu một tham số trong địa chỉ.",
        "A parameter in the address cannot be understood.",
    ),
    "no_database": ("Không có địa chỉ này trong kho.", "The archive has no such address."),
    "no_table": ("Không có bảng này.", "There is no such table."),
    "no_row": ("Không có dòng này trong bảng.", "There is no such row in the table."),
    "only_select": ("Chỉ chạy được câu SELECT.", "Only a SELECT can be run."),
    "too_slow": (
        "Câu hỏi này mất quá nhiều thời gian nên đã được dừng lại.",
        "This question took too long and was stopped.",
    ),
    "too_large": (
        "Kết quả này quá lớn: hãy hỏi ít dòng hoặc ít cột hơn.",
        "This result is too large: ask for fewer rows or columns.",
    ),
    "bad_sql": ("Câu SQL không hợp lệ", "Invalid SQL"),
    "no_sitemap": (
        "Chủ kho này không công bố sơ đồ trang.",
        "The owner of this archive does not publish a sitemap.",
    ),
    "error_404": ("Không có trang này", "There is no such page"),
    "error_403": ("Bạn không được xem trang này", "You may not see this page"),
    "error_400": ("Yêu cầu không hợp lệ", "This request makes no sense"),
    "error_503": ("Câu hỏi này mất quá nhiều thời gian", "This question took too long to answer"),
    "error_500": ("Có lỗi ở phía chúng tôi", "Something went wrong on our side"),
    "error_other": ("Không thực hiện được", "That did not work"),
    "error_home": ("Về trang chủ", "Go to the home page"),
}
