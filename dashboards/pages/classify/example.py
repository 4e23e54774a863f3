"""Texts to try a classifier of reviews with; the same in both languages, since they are Korean."""

EXAMPLE = """배우들의 연기가 훌륭해서 두 시간이 금방 지나갔다.
이야기가 뻔하고 지루해서 중간에 나왔다.
음악은 좋았는데 결말이 너무 아쉽다 ㅠㅠ
기대 안 했는데 진짜 재밌다ㅋㅋㅋ 또 보고 싶다
돈이 아깝다는 생각만 들었다."""
