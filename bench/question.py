"""The question that every contestant answers: one enterprise, its ratings, 20 filings, 10 declarations, timelines."""

QUERY = """query FourViews($uscc: Uscc!) {
  enterprise(uscc: $uscc) {
    id name nameEn uscc status establishedOn regionCode
    creditRatings(first: 4) { nodes { ratingNo scheme grade assessedOn validFrom validTo current } }
    productFilings(first: 20) { nodes { filingNo status direction businessType customsOffice declaredAt } }
    declarations(first: 10) {
      nodes {
        declarationNo mode status declaredAt currency totalValue
        timeline(first: 20) { seq status occurredAt message }
      }
    }
  }
}"""
