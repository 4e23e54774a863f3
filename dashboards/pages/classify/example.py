"""Texts to try a classifier of film reviews with, easy ones and hard ones; the same in both languages, since they are Korean."""

EXAMPLE = """배우들의 연기가 훌륭해서 두 시간이 금방 지나갔다.
이야기가 뻔하고 지루해서 중간에 나왔다.
기대 안 했는데 진짜 재밌다ㅋㅋㅋ 또 보고 싶다
음악은 좋았는데 결말이 너무 아쉽다 ㅠㅠ
돈이 아깝다는 생각만 들었다.
처음엔 지루했지만 마지막 십 분에 펑펑 울었다.
재미없다는 말이 많던데 나는 전혀 아니었다.
두 시간 푹 잘 자고 나왔다. 의자가 참 편하더라.
주인공이 아버지를 잃고 고향으로 돌아오는 이야기다.
우산을 안 가져왔는데 비가 온다."""
WHY = 6
"""The text that is explained first, by its number."""
